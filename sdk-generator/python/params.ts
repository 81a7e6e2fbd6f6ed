import { nameOfReference } from "../document.ts";
import type { OpenApiDocument, SchemaObject } from "../document.ts";
import type { Operation } from "../model.ts";
import { snake } from "../names.ts";
import { RANGE } from "../types-file.ts";
import { deprecation } from "./models.ts";
import { BANNER, byCodePoint, docstring, importLine } from "./text.ts";
import { innerName, noReferences, paramName, PythonTypes } from "./types.ts";
import type { InlineObject, References } from "./types.ts";

/** One keyword of a method, or one key of the TypedDict of all of them. */
export interface Param {
  name: string;
  /** As it travels: name of the query parameter, header or member of the body. */
  wire: string;
  type: string;
  required: boolean;
  description: string | null;
}

/** Parameters of a method apart from the ids in its path: those of the query, of headers, and the members of its body. */
export function paramsOf(
  document: OpenApiDocument,
  types: PythonTypes,
  operation: Operation,
  used: References,
  inline: InlineObject[],
): Param[] {
  const owner = operation.paramsName ?? "";
  const base = owner.replace(/Params$/, "");
  if (operation.body) {
    const schema = bodySchema(document, operation.body.schema);
    return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
      name: snake(name),
      wire: name,
      type: types.request(property, innerName(base, name), used, inline),
      required: (schema.required ?? []).includes(name),
      description: text(document, property),
    }));
  }
  return [...operation.queryParameters, ...operation.headerParameters].map((parameter) => ({
    name: snake(parameter.name),
    wire: parameter.name,
    type: `${parameter.name === RANGE ? "ByteRange | " : ""}${types.request(parameter.schema, innerName(base, parameter.name), used, inline)}`,
    required: parameter.required ?? false,
    description: [parameter.description, deprecation(parameter)].filter(Boolean).join(" ") || null,
  }));
}

/** A body without members of its own (any object) is one argument of its method. */
export function hasFreeBody(document: OpenApiDocument, { body }: Operation): boolean {
  return body !== null && bodySchema(document, body.schema).properties === undefined;
}

export function bodySchema(document: OpenApiDocument, schema: SchemaObject): SchemaObject {
  return (schema.$ref && document.components.schemas[nameOfReference(schema.$ref)]) || schema;
}

/** params.py: a TypedDict per method that takes something, for callers who keep arguments in variables, and what they hold. */
export function paramsFile(
  document: OpenApiDocument,
  types: PythonTypes,
  operations: Operation[],
): { text: string; names: string[] } {
  const used = noReferences();
  const declarations = new Map<string, string>();
  const drainInline = (inline: InlineObject[]): void => {
    for (let object = inline.pop(); object; object = inline.pop()) declareObject(object.name, object.schema);
  };
  const declareObject = (name: string, schema: SchemaObject): void => {
    if (declarations.has(name)) return;
    const inline: InlineObject[] = [];
    const owner = name.replace(/Params?$/, "");
    const members = Object.entries(schema.properties ?? {}).map(([wire, property]) => ({
      name: wire,
      wire,
      type: types.request(property, innerName(owner, wire), used, inline),
      required: (schema.required ?? []).includes(wire),
      description: text(document, property),
    }));
    declarations.set(name, typedDict(name, schema.description ?? "", members));
    drainInline(inline);
  };
  for (const operation of operations) {
    if (operation.paramsName === null || hasFreeBody(document, operation)) continue;
    const inline: InlineObject[] = [];
    const members = paramsOf(document, types, operation, used, inline);
    declarations.set(
      operation.paramsName,
      typedDict(operation.paramsName, `What \`${snake(operation.tag)}.${snake(operation.method)}\` takes.`, members),
    );
    drainInline(inline);
  }
  const seen = new Set<string>();
  for (let name = next(used.params, seen); name !== undefined; name = next(used.params, seen)) {
    seen.add(name);
    declareObject(paramName(name), types.schema(name));
  }
  const names = [...declarations.keys()].toSorted(byCodePoint);
  const body = names.map((name) => declarations.get(name)).join("");
  const imports = [
    importLine(
      "collections.abc",
      ["Mapping", "Sequence"].filter((name) => body.includes(`${name}[`)),
    ) +
      importLine("datetime", body.includes("datetime |") ? ["datetime"] : []) +
      importLine(
        "typing",
        ["Any", "Literal"].filter((name) => new RegExp(`\\b${name}\\b`).test(body)),
      ),
    importLine("typing_extensions", ["Required", "TypedDict"]),
    importLine(".._range", body.includes("ByteRange") ? ["ByteRange"] : []) +
      importLine(".._upload", body.includes("Uploadable") ? ["Uploadable"] : []) +
      importLine(".literals", used.literals),
  ];
  return {
    text: `${BANNER}\nfrom __future__ import annotations\n\n${imports.filter(Boolean).join("\n")}${body}`,
    names,
  };
}

function next(names: ReadonlySet<string>, seen: ReadonlySet<string>): string | undefined {
  return [...names].find((name) => !seen.has(name));
}

function typedDict(name: string, description: string, members: Param[]): string {
  const rows = members.map(
    ({ name: key, type, required, description: about }) =>
      `    ${key}: ${required ? `Required[${type}]` : type}\n${docstring([about], "    ")}`,
  );
  return `\n\nclass ${name}(TypedDict, total=False):\n${docstring([description], "    ")}${rows.length > 0 && description ? "\n" : ""}${rows.join("")}`;
}

function text(document: OpenApiDocument, property: SchemaObject): string | null {
  const described = property.$ref && !property.description ? bodySchema(document, property) : property;
  return [described.description, deprecation(property)].filter(Boolean).join(" ") || null;
}
