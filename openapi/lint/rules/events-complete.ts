import { basename } from "node:path";
import type { Context, Followed, Operation, Schema } from "../redocly.ts";
import { fileOf, follow } from "../redocly.ts";
import { schemaOf } from "../sources.ts";

interface PathItem {
  $ref?: string;
  post?: Operation;
}

type Webhooks = Record<string, PathItem>;

/** Every type in schemas/EventType.yaml has webhooks/<type>.yaml: a payload with this type, and an example. */
export const eventsComplete = () => ({
  Root(root: { webhooks?: Webhooks }, context: Context) {
    const types = (schemaOf(fileOf(context), "EventType").enum ?? []).map(String);
    const webhooks = root.webhooks ?? {};
    for (const type of new Set([...types, ...Object.keys(webhooks)])) {
      const problem = problemOf(type, types, webhooks, context);
      const location = context.location.child("webhooks");
      if (problem) context.report({ message: `Event ${type} ${problem}`, location });
    }
  },
});

function problemOf(type: string, types: string[], webhooks: Webhooks, context: Context): string | null {
  const entry = webhooks[type];
  if (!types.includes(type)) return "is not in schemas/EventType.yaml; add it there.";
  if (!entry) return "has no entry under webhooks in openapi.yaml.";
  if (basename(entry.$ref ?? "") !== `${type}.yaml`) return `must stand in webhooks/${type}.yaml.`;
  const item = follow<PathItem>(context, entry, fileOf(context));
  const body = item?.node.post?.requestBody?.content?.["application/json"];
  if (!item || !body) return "has no JSON request body.";
  if (Object.keys(body.examples ?? {}).length === 0) return "has no example.";
  const payload = follow<Schema>(context, body.schema, item.file);
  return payload ? payloadProblem(type, payload, context) : "has no schema.";
}

function payloadProblem(type: string, payload: Followed<Schema>, context: Context): string | null {
  const { properties = {}, required = [] } = payload.node;
  const wanted = ["id", "type", "timestamp", "data"];
  const missing = wanted.filter((name) => !(name in properties) || !required.includes(name));
  if (missing.length > 0) return `has a payload that does not require ${missing.join(", ")}.`;
  const declared = follow<Schema>(context, properties.type, payload.file)?.node.const;
  return declared === type ? null : `has a payload whose type is ${String(declared)}.`;
}
