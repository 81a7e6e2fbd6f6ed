import { deprecationText } from "./deprecation-text.ts";
import { docComment } from "./doc-comment.ts";
import { nameOfReference } from "./document.ts";
import type { OpenApiDocument, ParameterObject, SchemaObject } from "./document.ts";
import type { Operation } from "./model.ts";
import { snake } from "./names.ts";
import { TypeWriter } from "./type-text.ts";
import type { Direction } from "./type-text.ts";

/** A header that may be given in numbers, too. */
export const RANGE = "Range";

const HEAD = `import type { ByteRange } from "../transport/range.ts";
import type { Uploadable } from "../transport/uploadable.ts";

/** Known values for completion, and any other: a newer server may send one that this version does not know. */
export type Open<Known extends string> = Known | (string & {});
`;

/** types.ts: every named type that a method takes or gives, the body of every webhook, and the body of an error. */
export function typesFile(document: OpenApiDocument, operations: Operation[]): string {
  const names = new Map<string, Direction>();
  const pending: string[] = [];
  let direction: Direction = "request";
  const writer = new TypeWriter(document, (name) => {
    // Requests come first, so a type used both ways is written as what callers write.
    if (!names.has(name)) pending.push(name);
    names.set(name, names.get(name) ?? direction);
  });
  const declarations = new Map<string, string>();
  const drain = (): void => {
    for (let name = pending.pop(); name !== undefined; name = pending.pop())
      declarations.set(writer.nameOf(name), declare(document, writer, name, direction));
  };

  for (const operation of operations) if (operation.body) declareBody(operation, operation.body.schema);
  drain();
  for (const operation of operations) {
    if (operation.paramsName && !operation.body)
      declarations.set(operation.paramsName, parametersDeclaration(writer, operation));
  }
  drain();
  direction = "response";
  for (const root of responseRoots(document, operations)) writer.write(root, direction);
  drain();
  return `${HEAD}\n${[...declarations.keys()]
    .toSorted()
    .map((name) => declarations.get(name))
    .join("\n")}`;

  function declareBody(operation: Operation, schema: SchemaObject): void {
    const name = schema.$ref && writer.nameOf(nameOfReference(schema.$ref));
    if (name !== operation.paramsName)
      throw new Error(
        `The body of ${operation.id} must be a schema of that name with Request, for the type ${operation.paramsName}`,
      );
    writer.write(schema, direction);
  }
}

function responseRoots(document: OpenApiDocument, operations: Operation[]): SchemaObject[] {
  const results = operations.flatMap(({ result }) => {
    if (result.kind === "json") return [result.schema];
    if (result.kind === "page") return [result.item];
    return result.kind === "events" ? [result.data] : [];
  });
  const others = ["Problem", "WebhookPayload"].filter((name) => document.components.schemas[name]);
  return [...results, ...others.map((name) => ({ $ref: `#/components/schemas/${name}` }))];
}

function declare(document: OpenApiDocument, writer: TypeWriter, name: string, direction: Direction): string {
  const schema = document.components.schemas[name] ?? {};
  const doc = docComment([schema.description, schema.deprecated && "@deprecated"]);
  const bases = (schema.allOf ?? []).filter((part) => part.$ref);
  const own = (schema.allOf ?? []).filter((part) => !part.$ref);
  if (schema.allOf && own.length <= 1) {
    const parents = bases.map((base) => writer.write(base, direction)).join(", ");
    const members = writer.members(own[0] ?? {}, direction, "  ");
    return `${doc}export interface ${writer.nameOf(name)} extends ${parents} {\n${members}}\n`;
  }
  if (schema.properties)
    return `${doc}export interface ${writer.nameOf(name)} {\n${writer.members(schema, direction, "  ")}}\n`;
  // The name of an enum is always its known values; places where the server writes it add Open<…>.
  return `${doc}${alias(writer.nameOf(name), writer.write(schema, schema.enum ? "request" : direction))}`;
}

/** One alternative per line when they do not fit on one. */
function alias(name: string, type: string): string {
  const line = `export type ${name} = ${type};\n`;
  return line.length <= 120 ? line : `export type ${name} =\n  | ${type.split(" | ").join("\n  | ")};\n`;
}

function parametersDeclaration(writer: TypeWriter, operation: Operation): string {
  const members = [...operation.queryParameters, ...operation.headerParameters].map((parameter) =>
    parameterMember(writer, parameter),
  );
  return `export interface ${operation.paramsName} {\n${members.join("")}}\n`;
}

function parameterMember(writer: TypeWriter, parameter: ParameterObject): string {
  const doc = docComment([parameter.description, deprecationText(parameter)], "  ");
  const name = `${snake(parameter.name)}${parameter.required ? "" : "?"}`;
  return `${doc}  ${name}: ${parameter.name === RANGE ? "ByteRange | " : ""}${writer.write(parameter.schema, "request", "  ")};\n`;
}
