import { docComment } from "./doc-comment.ts";
import type { OpenApiDocument, SchemaObject } from "./document.ts";
import { nameOfReference } from "./document.ts";
import { errorClass, methodsOf } from "./model.ts";
import type { Operation } from "./model.ts";
import { camel, pascal, snake } from "./names.ts";
import { TypeWriter } from "./type-text.ts";
import { RANGE } from "./types-file.ts";

/** resources/<tag>.ts: one class with a method per operation. */
export function resourceFile(document: OpenApiDocument, tag: string, operations: Operation[]): string {
  const used = new Set<string>();
  const writer = new TypeWriter(document, (name) => used.add(name));
  const methods = methodsOf(operations).map((operation) => method(writer, operation, used, document));
  const description = document.tags.find(({ name }) => name === tag)?.description;
  const head = `${docComment([description])}export class ${pascal(tag)}Resource extends Resource {\n`;
  const text = `${head}${methods.join("\n")}}\n`;
  const types = [...used].toSorted();
  return `${imports(text, types)}\n${text}`;
}

function imports(text: string, types: string[]): string {
  const lines = [
    ["type { RequestOptions }", "../../options.ts", true],
    ["{ EventStream }", "../../streams/event-stream.ts", text.includes("new EventStream")],
    ["type { APIPromise }", "../../transport/api-promise.ts", text.includes("APIPromise<")],
    ["type { BinaryResponse }", "../../transport/binary-response.ts", text.includes("BinaryResponse")],
    ["type { PagePromise }", "../../transport/page.ts", text.includes("PagePromise<")],
    ["{ rangeHeader }", "../../transport/range.ts", text.includes("rangeHeader(")],
    ["{ path }", "../../transport/request.ts", text.includes("path`")],
    ["{ Resource }", "../../transport/resource.ts", true],
    [`type { ${types.join(", ")} }`, "../types.ts", types.length > 0],
  ] as const;
  return lines
    .filter(([, , needed]) => needed)
    .map(([what, from]) => `import ${what} from "${from}";\n`)
    .join("");
}

function method(writer: TypeWriter, operation: Operation, used: Set<string>, document: OpenApiDocument): string {
  const { returns, call } = resultText(writer, operation);
  const ids = operation.pathParameters.map((parameter) => `${camel(parameter.name)}: string`);
  const params = operation.paramsName
    ? [`params: ${operation.paramsName}${hasRequired(operation, document) ? "" : " = {}"}`]
    : [];
  if (operation.paramsName) used.add(operation.paramsName);
  const signature = [...ids, ...params, "options?: RequestOptions"].join(", ");
  const body = `    return ${call(requestText(operation, document))};\n`;
  return `${documentation(operation)}  ${operation.method}(${signature}): ${returns} {\n${body}  }\n`;
}

function hasRequired(operation: Operation, document: OpenApiDocument): boolean {
  if (operation.body)
    return operation.body.required && (bodySchema(operation.body.schema, document).required ?? []).length > 0;
  return [...operation.queryParameters, ...operation.headerParameters].some((parameter) => parameter.required);
}

function bodySchema(schema: SchemaObject, document: OpenApiDocument): SchemaObject {
  return (schema.$ref && document.components.schemas[nameOfReference(schema.$ref)]) || schema;
}

function resultText(writer: TypeWriter, { result }: Operation): { returns: string; call: (request: string) => string } {
  switch (result.kind) {
    case "json": {
      const type = writer.write(result.schema, "response");
      return { returns: `APIPromise<${type}>`, call: (request) => `this.transport.json(${request}, options)` };
    }
    case "page": {
      const type = writer.write(result.item, "response");
      return { returns: `PagePromise<${type}>`, call: (request) => `this.transport.page(${request}, options)` };
    }
    case "events": {
      const type = writer.write(result.data, "response");
      return {
        returns: `EventStream<${type}>`,
        call: (request) => `new EventStream(this.transport, ${request}, options)`,
      };
    }
    case "binary":
      return { returns: "APIPromise<BinaryResponse>", call: (request) => `this.transport.binary(${request}, options)` };
    case "text":
      return { returns: "APIPromise<string>", call: (request) => `this.transport.text(${request}, options)` };
    case "empty":
      return { returns: "APIPromise<void>", call: (request) => `this.transport.empty(${request}, options)` };
  }
}

function requestText(operation: Operation, document: OpenApiDocument): string {
  const { body, queryParameters, headerParameters } = operation;
  const url = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => `\${${camel(name)}}`);
  const members = [
    `method: "${operation.http}"`,
    operation.pathParameters.length > 0 ? `path: path\`${url}\`` : `path: "${url}"`,
  ];
  const fixed = Object.entries(operation.fixedQuery)
    .map(([name, value]) => `, ${name}: ${JSON.stringify(value)}`)
    .join("");
  if (fixed) members.push(`query: { ...params${fixed} }`);
  else if (queryParameters.length > 0 && headerParameters.length === 0) members.push("query: params");
  else if (queryParameters.length > 0)
    members.push(`query: { ${queryParameters.map(({ name }) => `${name}: params.${snake(name)}`).join(", ")} }`);
  if (headerParameters.length > 0) {
    members.push(
      `headers: { ${headerParameters.map(({ name }) => `${headerKey(name)}: ${headerValue(name)}`).join(", ")} }`,
    );
  }
  if (body?.kind === "json") members.push("body: params");
  if (body?.kind === "form")
    members.push(`form: { fields: params, files: ${JSON.stringify(fileFields(bodySchema(body.schema, document)))} }`);
  if (operation.public) members.push("public: true");
  if (operation.idempotent) members.push("idempotent: true");
  return `{ ${members.join(", ")} }`;
}

function headerValue(name: string): string {
  const value = `params.${snake(name)}`;
  return name === RANGE ? `rangeHeader(${value})` : value;
}

function headerKey(name: string): string {
  const lower = name.toLowerCase();
  return /^[a-z]+$/.test(lower) ? lower : `"${lower}"`;
}

function fileFields(schema: SchemaObject): string[] {
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.format === "binary")
    .map(([name]) => name);
}

function documentation(operation: Operation): string {
  const access = operation.public
    ? "Needs no credentials."
    : operation.scope
      ? `Scope \`${operation.scope}\`.`
      : "Needs a session token.";
  const errors = operation.errors.map(({ status, description }) => {
    return `@throws {${errorClass(status)}} ${status}: ${description.split("\n")[0]}`;
  });
  return docComment(
    [
      `${operation.summary}: \`${operation.http} ${operation.path}\`. ${access}`,
      operation.description,
      operation.result.kind === "binary" && "Nothing is read until you do, see {@link BinaryResponse}.",
      [operation.deprecated, ...errors].filter(Boolean).join("\n"),
    ],
    "  ",
  );
}
