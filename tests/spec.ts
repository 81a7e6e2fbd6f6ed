import { operations, type OperationId } from "../server/src/generated/operations.ts";
import { openApiDocument } from "../server/src/platform/http/validate.ts";

interface JsonBody {
  content?: Record<string, { schema: unknown; examples?: Record<string, { value?: unknown }> }>;
}

/** The JSON body of an operation in the spec; null when it reads none. */
export function jsonBodyOf(id: OperationId): { schema: unknown; examples: unknown[] } | null {
  const { path, method } = operations[id];
  const body = openApiDocument.paths[path]?.[method]?.requestBody as JsonBody | undefined;
  const json = body?.content?.["application/json"];
  return json ? { schema: json.schema, examples: Object.values(json.examples ?? {}).map(({ value }) => value) } : null;
}

/** A body that fits the operation: the first example of the spec. */
export function exampleBody(id: OperationId): unknown {
  return jsonBodyOf(id)?.examples[0];
}

/** The operation's path, filled with well-formed values as the spec shows them. */
export function examplePath(id: OperationId): string {
  return operations[id].path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(exampleOf(id, name)),
  );
}

/** Names of the operation's path parameters, in the order of the path, with the value that the spec shows. */
export function pathExamples(id: OperationId): [name: string, example: string][] {
  return [...operations[id].path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [name, exampleOf(id, name)]);
}

function exampleOf(id: OperationId, name: string): string {
  const { path, method } = operations[id];
  for (const parameter of openApiDocument.paths[path]?.[method]?.parameters ?? []) {
    const found = resolve<{ name: string; schema: unknown; example?: string }>(parameter);
    const example = found.example ?? resolve<{ examples?: string[] }>(found.schema).examples?.[0];
    if (found.name === name && example !== undefined) return example;
  }
  throw new Error(`${id}: the path parameter ${name} has no example`);
}

/** Follows a `$ref` within the bundle. */
export function resolve<T>(node: unknown): T {
  const reference = (node as { $ref?: string }).$ref;
  if (!reference) return node as T;
  return resolve<T>(
    reference
      .slice(2)
      .split("/")
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], openApiDocument),
  );
}
