/** The parts of an OpenAPI 3.1 document that the SDK generator reads. The bundle keeps components as references. */
export interface OpenApiDocument {
  paths: Record<string, Record<string, OperationObject>>;
  webhooks: Record<string, { post: OperationObject }>;
  tags: { name: string; description?: string }[];
  security: SecurityRequirement[];
  components: {
    schemas: Record<string, SchemaObject>;
    parameters: Record<string, ParameterObject>;
    responses: Record<string, ResponseObject>;
  };
}

/** Since when and until when something is deprecated (YYYY-MM-DD), and what to use instead. */
export interface Deprecation {
  date: string;
  sunset: string;
  link: string;
  replacement: string | null;
}

export interface OperationObject {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  deprecated?: boolean;
  "x-deprecation"?: Deprecation;
  security?: SecurityRequirement[];
  parameters?: (ParameterObject | Reference)[];
  requestBody?: { required?: boolean; content: Record<string, MediaType> };
  responses: Record<string, ResponseObject | Reference>;
  "x-idempotent"?: boolean;
  "x-paginated"?: boolean;
  "x-event-stream"?: { data: string };
}

type SecurityRequirement = Record<string, string[]>;

export interface Reference {
  $ref: string;
}

interface MediaType {
  schema: SchemaObject;
  examples?: Record<string, { value?: unknown }>;
}

export interface ParameterObject {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  deprecated?: boolean;
  "x-deprecation"?: Deprecation;
  schema: SchemaObject;
  example?: unknown;
}

interface ResponseObject {
  description: string;
  content?: Record<string, MediaType>;
}

export interface SchemaObject {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  deprecated?: boolean;
  "x-deprecation"?: Deprecation;
  const?: string | number | boolean;
  enum?: string[];
  examples?: unknown[];
  items?: SchemaObject;
  properties?: Record<string, SchemaObject>;
  required?: string[];
  additionalProperties?: boolean | SchemaObject;
  oneOf?: SchemaObject[];
  anyOf?: SchemaObject[];
  allOf?: SchemaObject[];
}

/** `Track` of `#/components/schemas/Track`. */
export function nameOfReference(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

/** The value itself or what it refers to. */
export function resolve<T extends object>(value: T | Reference, components: Record<string, T>): T {
  if (!("$ref" in value) || typeof value.$ref !== "string") return value as T;
  const found = components[nameOfReference(value.$ref)];
  if (!found) throw new Error(`${value.$ref} is not in the document`);
  return found;
}
