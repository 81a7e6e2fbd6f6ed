// The part of Redocly's rule interface that our rules use; @redocly/cli ships without its types.

/** A place in one of the files. */
export interface Location {
  source: { absoluteRef: string };
  child(path: string | (string | number)[]): Location;
  key(): Location;
}

export interface Reference {
  $ref: string;
}

/** What a visitor gets beside the node. */
export interface Context {
  /** The node itself, behind any reference. */
  location: Location;
  /** Key of the node in its parent. */
  key: string | number;
  report(problem: { message: string; location?: Location }): void;
  /** Follows a reference; `from` is the file it stands in when that is not the current one. */
  resolve(node: unknown, from?: string): { node?: unknown; location?: Location };
}

export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema | Reference>;
  required?: string[];
  items?: Schema | Reference;
  allOf?: (Schema | Reference)[];
  additionalProperties?: unknown;
  const?: unknown;
  enum?: unknown[];
  maxLength?: number;
  maxItems?: number;
  maximum?: number;
  minimum?: number;
  format?: string;
}

export interface MediaType {
  schema?: Schema | Reference;
  examples?: Record<string, unknown>;
}

export interface Parameter {
  name: string;
  in: "query" | "path" | "header" | "cookie";
  schema?: Schema | Reference;
}

export interface Response {
  content?: Record<string, MediaType>;
}

/** What may be deprecated: operations, parameters, fields. */
export interface Deprecated {
  deprecated?: boolean;
  "x-deprecation"?: { date?: unknown; sunset?: unknown; link?: unknown; replacement?: unknown };
}

export interface Operation extends Deprecated {
  operationId?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: (Parameter | Reference)[];
  requestBody?: { content?: Record<string, MediaType> };
  responses?: Record<string, Response | Reference>;
  "x-rate-class"?: string;
  "x-idempotent"?: boolean;
  "x-not-idempotent"?: string;
  "x-paginated"?: boolean;
}

export type Check = (operation: Operation, context: Context, method: string) => void;

/** A node behind its reference, with the file it stands in, so that references inside of it can be followed too. */
export interface Followed<T> {
  node: T;
  file: string;
}

/** Follows a reference; null when it leads nowhere (Redocly's own rule reports that). */
export function follow<T>(context: Context, node: T | Reference | undefined, file: string): Followed<T> | null {
  if (node === undefined) return null;
  if (!isReference(node)) return { node, file };
  const target = context.resolve(node, file);
  return target.node && target.location ? { node: target.node as T, file: target.location.source.absoluteRef } : null;
}

function isReference(node: unknown): node is Reference {
  return typeof node === "object" && node !== null && "$ref" in node && typeof node.$ref === "string";
}

/** The file that holds the node a visitor is at. */
export const fileOf = (context: Context): string => context.location.source.absoluteRef;

/** The operation's parameters behind their references. */
export function parametersOf(operation: Operation, context: Context): Parameter[] {
  return (operation.parameters ?? []).flatMap((entry) => follow(context, entry, fileOf(context))?.node ?? []);
}

export const has = (parameters: Parameter[], place: Parameter["in"], name: string): boolean =>
  parameters.some((parameter) => parameter.in === place && parameter.name === name);

/** A visitor that checks each operation of the API (operations of webhooks are the subscriber's). */
export const eachOperation = (check: Check) => () => ({
  Paths: {
    PathItem: {
      Operation: (operation: Operation, context: Context) => check(operation, context, String(context.key)),
    },
  },
});
