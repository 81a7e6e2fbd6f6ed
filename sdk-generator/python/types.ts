import { nameOfReference } from "../document.ts";
import type { OpenApiDocument, SchemaObject } from "../document.ts";
import { typeName } from "../model.ts";
import { pascal } from "../names.ts";

/** Schemas that a written type names, by where Python keeps them. */
export interface References {
  models: Set<string>;
  literals: Set<string>;
  params: Set<string>;
}

export function noReferences(): References {
  return { models: new Set(), literals: new Set(), params: new Set() };
}

/** An object within a schema, which Python can only have as a class with a name of its own. */
export interface InlineObject {
  name: string;
  schema: SchemaObject;
}

/** Writes JSON Schema as Python types: models for what the server writes, TypedDict and friends for what callers write. */
export class PythonTypes {
  readonly #schemas: OpenApiDocument["components"]["schemas"];

  constructor(document: OpenApiDocument) {
    this.#schemas = document.components.schemas;
  }

  schema(name: string): SchemaObject {
    const schema = this.#schemas[name];
    if (!schema) throw new Error(`#/components/schemas/${name} is not in the document`);
    return schema;
  }

  /** Is it a class or an alias of its own? Ids and times are plain strings to a user. */
  isNamed(name: string): boolean {
    const schema = this.schema(name);
    return name.endsWith("Request") || Boolean(schema.properties ?? schema.allOf ?? schema.oneOf ?? schema.enum);
  }

  /** What the server writes. Enums are open: a newer server may have more values. `name` is that of objects within. */
  answer(schema: SchemaObject, name: string, used: References, inline: InlineObject[]): string {
    if (schema.$ref) {
      const target = nameOfReference(schema.$ref);
      if (!this.isNamed(target)) return this.answer(this.schema(target), name, used, inline);
      const isEnum = this.schema(target).enum !== undefined;
      (isEnum ? used.literals : used.models).add(target);
      return isEnum ? `${target} | str` : target;
    }
    if (schema.const !== undefined) return literal([schema.const]);
    if (schema.enum) return `${literal(schema.enum)} | str`;
    const parts = schema.oneOf ?? schema.anyOf;
    if (parts) return union(parts.map((part) => this.answer(part, name, used, inline)));
    if (schema.allOf) throw new Error(`${name}: allOf is written only where it is a schema of its own`);
    return union(
      typesOf(schema).map((type) => {
        switch (type) {
          case "string":
            return schema.format === "date-time" ? "datetime" : "str";
          case "array":
            return `list[${this.answer(schema.items ?? {}, `${name}Item`, used, inline)}]`;
          case "object":
            if (schema.properties) {
              inline.push({ name, schema });
              return name;
            }
            return `dict[str, ${this.answer(valuesOf(schema), `${name}Value`, used, inline)}]`;
          default:
            return plain(type);
        }
      }),
    );
  }

  /** What callers write. Enums are closed, so that a typing mistake does not pass a type checker. */
  request(schema: SchemaObject, name: string, used: References, inline: InlineObject[]): string {
    if (schema.$ref) {
      const target = nameOfReference(schema.$ref);
      if (!this.isNamed(target)) return this.request(this.schema(target), name, used, inline);
      const isEnum = this.schema(target).enum !== undefined;
      (isEnum ? used.literals : used.params).add(target);
      return isEnum ? target : paramName(target);
    }
    if (schema.const !== undefined) return literal([schema.const]);
    if (schema.enum) return literal(schema.enum);
    const parts = schema.oneOf ?? schema.anyOf;
    if (parts) return union(parts.map((part) => this.request(part, name, used, inline)));
    return union(
      typesOf(schema).map((type) => {
        switch (type) {
          case "string":
            if (schema.format === "binary") return "Uploadable";
            return schema.format === "date-time" ? "datetime | str" : "str";
          case "array":
            return `Sequence[${this.request(schema.items ?? {}, `${name}Item`, used, inline)}]`;
          case "object":
            if (schema.properties) {
              inline.push({ name: `${name}Param`, schema });
              return `${name}Param`;
            }
            return `Mapping[str, ${this.request(valuesOf(schema), `${name}Value`, used, inline)}]`;
          default:
            return plain(type);
        }
      }),
    );
  }
}

/** Name of the TypedDict of a schema that callers write: `OverrideRateParam`; the body of a method is `…Params`. */
export function paramName(schemaName: string): string {
  const name = typeName(schemaName);
  return name === schemaName ? `${name}Param` : name;
}

/** Name of the object at a property of a schema. */
export function innerName(owner: string, property: string): string {
  return `${owner}${pascal(property)}`;
}

export function literal(values: (string | number | boolean)[]): string {
  return `Literal[${values.map((value) => (typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value))).join(", ")}]`;
}

function union(parts: string[]): string {
  const members = [...new Set(parts.flatMap((part) => (part.includes("[") ? [part] : part.split(" | "))))];
  return members.join(" | ") || "Any";
}

function typesOf(schema: SchemaObject): string[] {
  return schema.type === undefined
    ? []
    : [schema.type].flat().toSorted((a, b) => Number(a === "null") - Number(b === "null"));
}

function valuesOf(schema: SchemaObject): SchemaObject {
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
}

function plain(type: string): string {
  const types: Readonly<Record<string, string>> = { integer: "int", number: "float", boolean: "bool", null: "None" };
  const found = types[type];
  if (!found) throw new Error(`JSON Schema type ${type} is not known to the SDK generator`);
  return found;
}
