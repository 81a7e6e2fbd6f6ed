import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject, type FuncKeywordDefinition, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { RequestHandler } from "express";
import { operations, type OperationId } from "../../generated/operations.ts";
import { operationOf, type OperationInput } from "./context.ts";
import { ProblemError, type FieldProblem } from "./problem.ts";

type Schema = Record<string, unknown>;
interface ParameterObject {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  schema: Schema;
}
interface OperationObject {
  parameters?: (ParameterObject | { $ref: string })[];
  "x-raw-body"?: boolean;
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> } | { $ref: string };
}
export interface OpenApiDocument {
  paths: Record<string, Record<string, OperationObject>>;
  components: Record<string, Record<string, unknown>>;
}

/** The bundled contract, read once per process. */
export const openApiDocument: OpenApiDocument = JSON.parse(
  readFileSync(new URL(import.meta.resolve("@musicverse/openapi/openapi.json")), "utf8"),
);

interface OperationValidator {
  path: ValidateFunction;
  query: ValidateFunction;
  header: ValidateFunction;
  /** null: the body is absent or is a stream that the operation reads itself. */
  body: ValidateFunction | null;
  bodyRequired: boolean;
}

/** Most field problems listed in one answer. */
const PROBLEMS_MAX = 20;

/**
 * Compiles every operation's schemas once, at start, and afterwards looks the validator up by operationId. This costs a
 * tenth of express-openapi-validator per request; that library stays the judge that the tests compare with (reference.ts).
 */
export function compileValidators(document: OpenApiDocument = openApiDocument): Map<OperationId, OperationValidator> {
  const options = { strict: false, allErrors: true, validateSchema: false, addUsedSchema: false } as const;
  // Parameters arrive as text and are coerced; a JSON body says its own types.
  const forParameters = formats.default(new Ajv2020({ ...options, coerceTypes: true, useDefaults: true }));
  const forBodies = formats.default(new Ajv2020({ ...options, useDefaults: true }));
  for (const ajv of [forParameters, forBodies]) {
    ajv
      .removeKeyword("uniqueItems")
      .addKeyword(uniqueItems)
      .addFormat("date-time", dateTime)
      .addFormat("date", day)
      .addSchema(document, "openapi");
  }

  const validators = new Map<OperationId, OperationValidator>();
  for (const [operationId, { method, path }] of Object.entries(operations)) {
    const operation = document.paths[path]?.[method];
    if (!operation) throw new Error(`${operationId} is not in the bundle: run \`npm run gen\``);
    const parameters = (operation.parameters ?? []).map((parameter) =>
      dereference<ParameterObject>(document, parameter),
    );
    const compile = (place: ParameterObject["in"]) => forParameters.compile(parametersSchema(parameters, place));
    const body =
      operation.requestBody &&
      dereference<Exclude<typeof operation.requestBody, { $ref: string }>>(document, operation.requestBody);
    const json = operation["x-raw-body"] ? undefined : body?.content["application/json"];
    validators.set(operationId as OperationId, {
      path: compile("path"),
      query: compile("query"),
      header: compile("header"),
      body: json ? forBodies.compile(absolute(json.schema)) : null,
      bodyRequired: body?.required ?? false,
    });
  }
  return validators;
}

/**
 * Ajv compares items behind a `$ref` pair by pair: a body of 1 MB would hold the process for half a minute. Our lists hold
 * texts, so a set tells in one pass.
 */
const uniqueItems: FuncKeywordDefinition = {
  keyword: "uniqueItems",
  type: "array",
  validate: (wanted: boolean, items: unknown[]) => !wanted || new Set(items).size === items.length,
  error: { message: "must NOT have duplicate items" },
};

/** RFC 3339, and a moment that exists for a `Date`: leap seconds do not, and would reach the database as no date. */
export const dateTime = {
  type: "string" as const,
  validate: (text: string) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text)),
};

/** A day that is in the calendar, from the year 1 on: there was no year 0, and PostgreSQL knows none. */
export const day = {
  type: "string" as const,
  validate: (text: string) => {
    const moment = new Date(`${text}T00:00:00Z`);
    return (
      /^(?!0000)\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text)
    );
  },
};

function dereference<T>(document: OpenApiDocument, value: unknown): T {
  const reference = (value as { $ref?: string }).$ref;
  if (!reference) return value as T;
  const found = reference
    .slice(2)
    .split("/")
    .reduce<unknown>((node, key) => (node as Schema)[key], document);
  return found as T;
}

/** `#/components/…` inside one operation → the same place in the registered document. */
function absolute<T>(node: T): T {
  return JSON.parse(JSON.stringify(node).replaceAll('"$ref":"#/', '"$ref":"openapi#/')) as T;
}

function parametersSchema(parameters: ParameterObject[], place: ParameterObject["in"]): Schema {
  const own = parameters.filter((parameter) => parameter.in === place);
  const nameOf = (parameter: ParameterObject) => (place === "header" ? parameter.name.toLowerCase() : parameter.name);
  return {
    type: "object",
    properties: Object.fromEntries(own.map((parameter) => [nameOf(parameter), absolute(parameter.schema)])),
    required: own.filter((parameter) => parameter.required).map(nameOf),
    // Headers of proxies and clients are none of our business; an unknown query parameter is a typo of the caller.
    ...(place !== "header" && { additionalProperties: false }),
  };
}

/** What a request is judged by; also used alone by the differential test. */
export function judge(
  validator: OperationValidator,
  request: {
    path: Record<string, unknown>;
    query: Record<string, unknown>;
    headers: Record<string, unknown>;
    body: unknown;
  },
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const collect = (place: string, validate: ValidateFunction, value: unknown) => {
    if (!validate(value))
      problems.push(...(validate.errors ?? []).slice(0, PROBLEMS_MAX).map((error) => fieldProblem(place, error)));
  };
  collect("path", validator.path, request.path);
  collect("query", validator.query, request.query);
  collect("header", validator.header, request.headers);
  if (validator.body && request.body !== undefined) collect("body", validator.body, request.body);
  else if (validator.body && validator.bodyRequired) {
    problems.push({
      path: "/body",
      code: "required",
      message: "A JSON body is required. Send it with Content-Type: application/json.",
    });
  }
  return problems.slice(0, PROBLEMS_MAX);
}

/** Checks path, query, headers and body against the spec before any handler runs. */
export function validate(validators: Map<OperationId, OperationValidator>): RequestHandler {
  return (request, _response, next) => {
    const { context } = request;
    const validator = validators.get(operationOf(request));
    if (!validator) throw new Error(`no validator for ${context.operationId}`);
    const query = { ...request.query };
    const input: OperationInput = { path: context.pathParams, query, body: request.body };
    const problems = judge(validator, { ...input, headers: { ...request.headers } });
    if (problems.length > 0) throw new ProblemError("validation_failed", { errors: problems });
    context.input = input;
    next();
  };
}

/** An ajv error in the words of somebody who sends requests: where, and what would be right. */
function fieldProblem(place: string, error: ErrorObject): FieldProblem {
  const at = `/${place}${error.instancePath}`;
  const { params } = error;
  switch (error.keyword) {
    case "required":
      return {
        path: `${at}/${pointer(params.missingProperty)}`,
        code: "required",
        message: `${params.missingProperty} is required.`,
      };
    case "additionalProperties":
    case "unevaluatedProperties": {
      const name = String(params.additionalProperty ?? params.unevaluatedProperty).slice(0, 100);
      return {
        path: `${at}/${pointer(name)}`,
        code: "unknown_field",
        message: "This field does not exist. Remove it or check its spelling.",
      };
    }
    case "enum":
      return { path: at, code: "enum", message: `must be one of: ${(params.allowedValues as unknown[]).join(", ")}` };
    case "const":
      return { path: at, code: "const", message: `must be ${JSON.stringify(params.allowedValue)}` };
    default:
      return { path: at, code: codeOf(error.keyword), message: error.message ?? "is not valid" };
  }
}

/** A name as a step of a JSON pointer (RFC 6901, 3). */
function pointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The codes of the fields' problems are ours, not a validator's: they stay when the validator goes. */
const codes: Record<string, string> = {
  minLength: "too_short",
  maxLength: "too_long",
  minItems: "too_few_items",
  maxItems: "too_many_items",
  uniqueItems: "not_unique",
  minimum: "too_small",
  maximum: "too_large",
  exclusiveMinimum: "too_small",
  exclusiveMaximum: "too_large",
  minProperties: "too_few_fields",
  maxProperties: "too_many_fields",
};

/** Keywords without a word of ours keep theirs, written as codes are. */
function codeOf(keyword: string): string {
  return codes[keyword] ?? keyword.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
