import { deprecationText } from "../deprecation-text.ts";
import { nameOfReference } from "../document.ts";
import type { OpenApiDocument, SchemaObject } from "../document.ts";
import type { Operation } from "../model.ts";
import { snake } from "../names.ts";
import { BANNER, byCodePoint, docstring, identifier, importLine } from "./text.ts";
import { innerName, noReferences, PythonTypes } from "./types.ts";
import type { InlineObject, References } from "./types.ts";

/** Where bodies of webhooks and the list of events are: they name most other models. */
const EVENTS = "events";
/** Members of pydantic's BaseModel that a field must not hide. */
const RESERVED = new Set(["copy", "dict", "json", "schema", "construct", "validate", "from_answer"]);

export interface Models {
  /** Module → its text, without the folder. */
  files: Map<string, string>;
  /** Name of a class or alias → the module that has it. */
  modules: Map<string, string>;
  /** Schemas that are a union told apart by one property, so that a parser of that name in capitals exists. */
  tagged: ReadonlySet<string>;
}

/** Name of the object that parses a union: `WEBHOOK_PAYLOAD` of `WebhookPayload`. */
export function parserName(schemaName: string): string {
  return snake(schemaName).toUpperCase();
}

/**
 * One module of pydantic models per tag, plus `shared` for those that several tags use, so that a program loads the few
 * models of the resources that it touches. A module imports only from `shared`, and that from none: there are no cycles.
 */
export function modelFiles(document: OpenApiDocument, types: PythonTypes, operations: Operation[]): Models {
  const owners = ownersOf(types, operations, document);
  const modules = new Map<string, string>();
  const texts = new Map<string, { text: string; used: References }>();
  const tagged = new Set<string>();
  const emitted = new Set<string>();

  const emit = (name: string): void => {
    if (emitted.has(name)) return;
    emitted.add(name);
    for (const reference of referencesOf(types, name)) emit(reference);
    const module = owners.get(name);
    if (module === undefined) throw new Error(`${name} belongs to no tag`);
    const file = texts.get(module) ?? { text: "", used: noReferences() };
    texts.set(module, file);
    const schema = types.schema(name);
    if (schema.oneOf) {
      tagged.add(name);
      file.text += taggedUnion(types, name, schema, file.used);
      modules.set(name, module);
      return;
    }
    file.text += declare(types, name, schema, file.used, (declared) => {
      if (modules.has(declared))
        throw new Error(`Two models would be called ${declared}: rename a schema or a property`);
      modules.set(declared, module);
    });
  };
  for (const name of [...owners.keys()].toSorted(byCodePoint)) emit(name);

  const files = new Map<string, string>();
  for (const [module, { text, used }] of texts)
    files.set(`${module}.py`, `${imports(module, text, used, modules)}${text}`);
  return { files, modules, tagged };
}

function imports(module: string, text: string, used: References, modules: Map<string, string>): string {
  const typing = ["Any", "Literal", "TypeAlias"].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  const base = ["Field", "Model", "Tagged"].filter((name) => new RegExp(`\\b${name}\\(|\\(${name}\\)`).test(text));
  const others = new Map<string, string[]>();
  for (const name of used.models) {
    const from = modules.get(name);
    if (from === undefined || from === module) continue;
    others.set(from, [...(others.get(from) ?? []), name]);
  }
  const standard = importLine("datetime", /\bdatetime\b/.test(text) ? ["datetime"] : []) + importLine("typing", typing);
  const own =
    importLine("..._model", base) +
    importLine("..literals", used.literals) +
    [...others]
      .toSorted(([a], [b]) => byCodePoint(a, b))
      .map(([from, names]) => importLine(`.${from}`, names))
      .join("");
  return `${BANNER}\n${[standard, own].filter(Boolean).join("\n")}`;
}

function declare(
  types: PythonTypes,
  name: string,
  schema: SchemaObject,
  used: References,
  onName: (name: string) => void,
): string {
  const inline: InlineObject[] = [];
  const bases = (schema.allOf ?? []).flatMap((part) => (part.$ref ? [nameOfReference(part.$ref)] : []));
  const own = schema.allOf ? schema.allOf.filter((part) => !part.$ref) : [schema];
  for (const base of bases) used.models.add(base);
  const members = own.flatMap((part) => fields(types, name, part, used, inline)).join("");
  const inner = inline.map((object) => declare(types, object.name, object.schema, used, onName)).join("");
  onName(name);
  const body = docstring([schema.description], "    ") + members;
  return `${inner}\n\nclass ${name}(${bases.join(", ") || "Model"}):\n${body || "    pass\n"}`;
}

function fields(
  types: PythonTypes,
  owner: string,
  schema: SchemaObject,
  used: References,
  inline: InlineObject[],
): string[] {
  return Object.entries(schema.properties ?? {}).map(([property, value]) => {
    const name = RESERVED.has(property) ? `${property}_` : identifier(property);
    const type = types.answer(value, innerName(owner, property), used, inline);
    const required = schema.required?.includes(property) ?? false;
    const annotation = required || /\bNone$|\bAny$/.test(type) ? type : `${type} | None`;
    const options = [
      ...(required ? [] : ["default=None"]),
      ...(name === property ? [] : [`alias=${JSON.stringify(property)}`]),
    ];
    const value_ =
      options.length === 0 ? "" : options.join() === "default=None" ? " = None" : ` = Field(${options.join(", ")})`;
    const described = value.$ref && !value.description ? types.schema(nameOfReference(value.$ref)) : value;
    return `    ${name}: ${annotation}${value_}\n${docstring([described.description, deprecation(value)], "    ")}`;
  });
}

function taggedUnion(types: PythonTypes, name: string, schema: SchemaObject, used: References): string {
  const members = (schema.oneOf ?? []).map((part) => nameOfReference(part.$ref ?? ""));
  const property = tagOf(types, name, members);
  const rows = members.map((member) => {
    used.models.add(member);
    return `    ${JSON.stringify(propertiesOf(types, member)[property]?.const)}: ${member},\n`;
  });
  const alternatives = `    ${members.join("\n    | ")}\n`;
  return `\n\n${name}: TypeAlias = (\n${alternatives})\n${docstring([schema.description], "")}
${parserName(name)}: Tagged[${name}] = Tagged(\n    ${JSON.stringify(property)},\n    {\n${rows.map((row) => `    ${row}`).join("")}    },\n)\n`;
}

/** The property that has another constant in each member. */
function tagOf(types: PythonTypes, name: string, members: string[]): string {
  const [first = ""] = members;
  const found = Object.keys(propertiesOf(types, first)).find(
    (property) =>
      new Set(
        members.map((member) => propertiesOf(types, member)[property]?.const).filter((value) => value !== undefined),
      ).size === members.length,
  );
  if (found === undefined)
    throw new Error(`${name} is a union whose members no property tells apart: give them one with a const each`);
  return found;
}

function propertiesOf(types: PythonTypes, name: string): Record<string, SchemaObject> {
  const schema = types.schema(name);
  const inherited = (schema.allOf ?? []).map((part) =>
    part.$ref ? propertiesOf(types, nameOfReference(part.$ref)) : (part.properties ?? {}),
  );
  return Object.assign({}, ...inherited, schema.properties) as Record<string, SchemaObject>;
}

/** Schema of an answer → the module that has its model. */
function ownersOf(types: PythonTypes, operations: Operation[], document: OpenApiDocument): Map<string, string> {
  const tags = new Map<string, Set<string>>();
  const visit = (name: string, tag: string): void => {
    const known = tags.get(name) ?? new Set();
    if (known.has(tag)) return;
    tags.set(name, known.add(tag));
    for (const reference of referencesOf(types, name)) visit(reference, tag);
  };
  for (const { tag, result } of operations) {
    const root =
      result.kind === "json"
        ? result.schema
        : result.kind === "page"
          ? result.item
          : result.kind === "events"
            ? result.data
            : null;
    for (const name of root ? named(types, root) : []) visit(name, snake(tag));
  }
  if (document.components.schemas["WebhookPayload"]) visit("WebhookPayload", EVENTS);
  if (document.components.schemas["Problem"]) visit("Problem", "problem");
  return new Map(
    [...tags].map(([name, users]) => {
      const others = [...users].filter((tag) => tag !== EVENTS);
      const [only] = others;
      return [name, only === undefined ? EVENTS : others.length === 1 ? only : "shared"];
    }),
  );
}

/** Schemas with a class of their own that the schema of this name refers to, in any depth of inline objects. */
function referencesOf(types: PythonTypes, name: string): string[] {
  const schema = types.schema(name);
  const { oneOf, anyOf, allOf, properties } = schema;
  return [...(oneOf ?? anyOf ?? allOf ?? []), ...Object.values(properties ?? {})].flatMap((part) => named(types, part));
}

function named(types: PythonTypes, schema: SchemaObject): string[] {
  if (schema.$ref) {
    const name = nameOfReference(schema.$ref);
    if (!types.isNamed(name)) return named(types, types.schema(name));
    return types.schema(name).enum ? [] : [name];
  }
  const parts = [
    ...(schema.oneOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.allOf ?? []),
    ...Object.values(schema.properties ?? {}),
  ];
  if (schema.items) parts.push(schema.items);
  if (typeof schema.additionalProperties === "object") parts.push(schema.additionalProperties);
  return parts.flatMap((part) => named(types, part));
}

export function deprecation(node: Parameters<typeof deprecationText>[0]): string | null {
  return deprecationText(node)?.replace("@deprecated", "Deprecated.") ?? null;
}
