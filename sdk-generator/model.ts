import { deprecationText } from "./deprecation-text.ts";
import { nameOfReference, resolve } from "./document.ts";
import type { OpenApiDocument, OperationObject, ParameterObject, SchemaObject } from "./document.ts";
import { methodName, pascal } from "./names.ts";

/** What a method gives back. */
type Result =
  | { kind: "json"; schema: SchemaObject }
  | { kind: "page"; item: SchemaObject }
  | { kind: "events"; data: SchemaObject }
  | { kind: "binary" | "text" | "empty" };

export interface Operation {
  id: string;
  /** Name of the method. */
  method: string;
  http: string;
  path: string;
  tag: string;
  summary: string;
  description: string;
  /** What its documentation says about that; null when it is not deprecated. */
  deprecated: string | null;
  public: boolean;
  /** Scope that an API key needs; null when API keys cannot call it, or anybody can. */
  scope: string | null;
  idempotent: boolean;
  /** In the order of the path. */
  pathParameters: ParameterObject[];
  queryParameters: ParameterObject[];
  headerParameters: ParameterObject[];
  /** `example`: the first of the contract; undefined when it has none. */
  body: { kind: "json" | "form"; schema: SchemaObject; required: boolean; example: unknown } | null;
  /** Name of the parameters' type; null when the operation takes none. */
  paramsName: string | null;
  result: Result;
  /** What the method itself sends in the query. */
  fixedQuery: Record<string, string>;
  /** The same figures as a file: the parameter that asks for it is left out of `queryParameters`. */
  csv: boolean;
  errors: { status: number; description: string }[];
}

/** These are set by the transport and by request options, so they are no parameters of methods. */
const TRANSPORT_HEADERS = new Set(["idempotency-key", "if-match", "if-none-match", "musicverse-mode"]);

/** Error class of each status that has one; every other 4xx is an APIError, every other 5xx an InternalServerError. */
const ERROR_CLASSES: Readonly<Record<number, string>> = {
  400: "BadRequestError",
  401: "AuthenticationError",
  403: "PermissionDeniedError",
  404: "NotFoundError",
  409: "ConflictError",
  412: "PreconditionFailedError",
  413: "ContentTooLargeError",
  415: "UnsupportedMediaTypeError",
  416: "RangeNotSatisfiableError",
  422: "UnprocessableEntityError",
  429: "RateLimitError",
};

export function errorClass(status: number): string {
  return ERROR_CLASSES[status] ?? (status >= 500 ? "InternalServerError" : "APIError");
}

/** Each operation, followed by the method for its CSV file where it has one. */
export function methodsOf(operations: Operation[]): Operation[] {
  return operations.flatMap((operation) => (operation.csv ? [operation, csvMethod(operation)] : [operation]));
}

function csvMethod(operation: Operation): Operation {
  return {
    ...operation,
    method: `${operation.method}Csv`,
    summary: `${operation.summary} as CSV`,
    description: "The text of a file with a first line of names (RFC 4180).",
    fixedQuery: { format: "csv" },
    result: { kind: "text" },
  };
}

/** All operations in the order of the document. */
export function readOperations(document: OpenApiDocument): Operation[] {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([http, operation]) => readOperation(document, path, http, operation)),
  );
  const seen = new Map<string, string>();
  for (const { id, tag, method } of operations) {
    const other = seen.get(`${tag}.${method}`);
    if (other) throw new Error(`${id} and ${other} would both be the method ${tag}.${method}: rename one operation`);
    seen.set(`${tag}.${method}`, id);
  }
  return operations;
}

function readOperation(document: OpenApiDocument, path: string, http: string, operation: OperationObject): Operation {
  const id = operation.operationId;
  const [tag = ""] = operation.tags;
  const parameters = (operation.parameters ?? []).map((parameter) =>
    resolve(parameter, document.components.parameters),
  );
  const csv = hasCsv(document, operation);
  const queryParameters = parameters.filter(
    (parameter) => parameter.in === "query" && !(csv && parameter.name === "format"),
  );
  const headerParameters = parameters.filter(
    (parameter) => parameter.in === "header" && !TRANSPORT_HEADERS.has(parameter.name.toLowerCase()),
  );
  const body = readBody(operation);
  if (body && queryParameters.length + headerParameters.length > 0) {
    throw new Error(
      `${id} has a body and query or header parameters, but one params argument: decide here how they merge`,
    );
  }
  const security = operation.security ?? document.security;
  return {
    id,
    method: methodName(id, tag),
    http: http.toUpperCase(),
    path,
    tag,
    summary: operation.summary,
    description: operation.description ?? "",
    deprecated: deprecationText(operation),
    public: security.length === 0,
    scope: security.find((scheme) => scheme.apiKey)?.apiKey?.[0] ?? null,
    idempotent: operation["x-idempotent"] ?? false,
    pathParameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
      const found = parameters.find((parameter) => parameter.in === "path" && parameter.name === name);
      if (!found) throw new Error(`${id}: {${name}} of the path is not among its parameters`);
      return found;
    }),
    queryParameters,
    headerParameters,
    body,
    paramsName: body || queryParameters.length + headerParameters.length > 0 ? paramsName(id) : null,
    result: readResult(document, operation),
    fixedQuery: {},
    csv,
    errors: Object.entries(operation.responses)
      .filter(([status]) => Number(status) >= 400)
      .map(([status, response]) => ({
        status: Number(status),
        description: resolve(response, document.components.responses).description,
      })),
  };
}

/** `ListTracksParams`. A request schema called `ListTracksRequest` gets the same name, see {@link typeName}. */
function paramsName(operationId: string): string {
  return `${pascal(operationId)}Params`;
}

/** Name that a schema has in the SDK. */
export function typeName(schemaName: string): string {
  return schemaName.replace(/Request$/, "Params");
}

function readBody(operation: OperationObject): Operation["body"] {
  const { requestBody } = operation;
  if (!requestBody) return null;
  const required = requestBody.required ?? false;
  const json = requestBody.content["application/json"];
  if (json) return { kind: "json", schema: json.schema, required, example: firstExample(json) };
  const form = requestBody.content["multipart/form-data"];
  if (form) return { kind: "form", schema: form.schema, required, example: firstExample(form) };
  throw new Error(`${operation.operationId}: the SDK sends no ${Object.keys(requestBody.content).join(", ")}`);
}

function firstExample({ examples = {} }: { examples?: Record<string, { value?: unknown }> }): unknown {
  return Object.values(examples)[0]?.value;
}

function readResult(document: OpenApiDocument, operation: OperationObject): Result {
  const success = Object.keys(operation.responses).find((status) => status.startsWith("2"));
  const response = success && operation.responses[success];
  if (!response) throw new Error(`${operation.operationId} has no 2xx response`);
  const [media] = Object.entries(resolve(response, document.components.responses).content ?? {});
  if (!media) return { kind: "empty" };
  const [type, { schema }] = media;
  if (type === "text/event-stream") return { kind: "events", data: eventData(operation) };
  if (type === "application/json")
    return operation["x-paginated"] ? { kind: "page", item: pageItem(document, schema) } : { kind: "json", schema };
  return { kind: type.startsWith("text/") ? "text" : "binary" };
}

/** The answer is JSON or CSV, as `format` says. */
function hasCsv(document: OpenApiDocument, { responses }: OperationObject): boolean {
  const types = Object.keys(
    responses["200"] ? (resolve(responses["200"], document.components.responses).content ?? {}) : {},
  );
  return types[0] === "application/json" && types.includes("text/csv");
}

function eventData(operation: OperationObject): SchemaObject {
  const stream = operation["x-event-stream"];
  if (!stream)
    throw new Error(
      `${operation.operationId} answers with an event stream: name the schema of its data in x-event-stream`,
    );
  return { $ref: `#/components/schemas/${stream.data}` };
}

function pageItem(document: OpenApiDocument, schema: SchemaObject): SchemaObject {
  const list = schema.$ref ? document.components.schemas[nameOfReference(schema.$ref)] : schema;
  const item = list?.properties?.data?.items;
  if (!item) throw new Error(`${schema.$ref ?? "a page"} has no items at properties.data`);
  return item;
}
