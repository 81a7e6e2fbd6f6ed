import type { Context, Reference, Schema } from "../redocly.ts";
import { eachOperation, fileOf, follow } from "../redocly.ts";

/** Request bodies refuse unknown fields, and every string, list and number in them has an upper bound. */
export const closedRequestBodies = eachOperation((operation, context) => {
  for (const { schema } of Object.values(operation.requestBody?.content ?? {})) {
    for (const problem of problemsOf(context, schema, fileOf(context), "")) {
      const message = `${operation.operationId}: the request body${problem}`;
      context.report({ message, location: context.location.child("requestBody") });
    }
  }
});

function problemsOf(context: Context, schema: Schema | Reference | undefined, file: string, path: string): string[] {
  const followed = follow<Schema>(context, schema, file);
  if (!followed) return [];
  const { node, file: home } = followed;
  const fields = Object.entries(node.properties ?? {});
  const open = node.properties && node.additionalProperties !== false;
  return [
    ...(open ? [`${path} must have additionalProperties: false.`] : []),
    ...unboundedIn(node, path),
    ...fields.flatMap(([name, field]) => problemsOf(context, field, home, `${path}/${name}`)),
    ...problemsOf(context, node.items, home, `${path}/items`),
  ];
}

// The size of a binary part is limited where it is read, and answered with 413.
const BOUNDS = { string: "maxLength", array: "maxItems", integer: "maximum", number: "maximum" } as const;

function unboundedIn(schema: Schema, path: string): string[] {
  if (schema.enum || schema.const !== undefined || schema.format === "binary") return [];
  const types = Object.entries(BOUNDS).filter(([type]) => [schema.type].flat().includes(type));
  return types.filter(([, bound]) => schema[bound] === undefined).map(([, bound]) => `${path} needs ${bound}.`);
}
