import { deprecationText } from "./deprecation-text.ts";
import { docComment } from "./doc-comment.ts";
import { nameOfReference } from "./document.ts";
import type { OpenApiDocument, SchemaObject } from "./document.ts";
import { typeName } from "./model.ts";

/**
 * `request`: what callers write; enums are closed, so that a typing mistake does not compile.
 * `response`: what the server writes; enums are open, because a newer server may have more values.
 */
export type Direction = "request" | "response";

/** Writes JSON Schema as TypeScript types. */
export class TypeWriter {
  readonly #schemas: OpenApiDocument["components"]["schemas"];
  readonly #bodies: ReadonlySet<string>;
  readonly #onReference: (name: string) => void;

  /** `onReference` hears of every named type that a written type uses. */
  constructor(document: OpenApiDocument, onReference: (name: string) => void = () => undefined) {
    this.#schemas = document.components.schemas;
    this.#bodies = bodySchemas(document);
    this.#onReference = onReference;
  }

  /** The type as an expression. */
  write(schema: SchemaObject, direction: Direction, indent = ""): string {
    if (schema.$ref) return this.#reference(nameOfReference(schema.$ref), direction, indent);
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (schema.oneOf ?? schema.anyOf) return this.#union(schema.oneOf ?? schema.anyOf ?? [], direction, indent);
    if (schema.allOf) return schema.allOf.map((part) => this.write(part, direction, indent)).join(" & ");
    if (schema.enum) return open(schema.enum.map((value) => JSON.stringify(value)).join(" | "), direction);
    const types = schema.type === undefined ? [] : [schema.type].flat();
    return types.map((type) => this.#plain(type, schema, direction, indent)).join(" | ") || "unknown";
  }

  /** Members of an interface, one per line. */
  members(schema: SchemaObject, direction: Direction, indent: string): string {
    return Object.entries(schema.properties ?? {})
      .map(([name, property]) => {
        const described =
          property.$ref && !property.description ? this.#schemas[nameOfReference(property.$ref)] : property;
        const doc = docComment([described?.description, deprecationText(property)], indent);
        const optional = schema.required?.includes(name) ? "" : "?";
        return `${doc}${indent}${/^\w+$/.test(name) ? name : JSON.stringify(name)}${optional}: ${this.write(property, direction, indent)};\n`;
      })
      .join("");
  }

  /** What a schema is called: `CreateTrackParams` of the body `CreateTrackRequest`, otherwise as in the contract. */
  nameOf(name: string): string {
    return this.#bodies.has(name) ? typeName(name) : name;
  }

  /** Is this schema worth a name of its own? Ids and times are plain strings to a user. */
  isNamed(name: string): boolean {
    const schema = this.#schemas[name];
    if (!schema) throw new Error(`#/components/schemas/${name} is not in the document`);
    // A request body may be of any form, and still is the parameters of its method.
    return name.endsWith("Request") || Boolean(schema.properties ?? schema.allOf ?? schema.oneOf ?? schema.enum);
  }

  #reference(name: string, direction: Direction, indent: string): string {
    const schema = this.#schemas[name];
    if (!schema || !this.isNamed(name)) return this.write(schema ?? {}, direction, indent);
    this.#onReference(name);
    return schema.enum ? open(this.nameOf(name), direction) : this.nameOf(name);
  }

  #values(schema: SchemaObject["additionalProperties"], direction: Direction, indent: string): string {
    return typeof schema === "object" ? this.write(schema, direction, indent) : "unknown";
  }

  #union(parts: SchemaObject[], direction: Direction, indent: string): string {
    return parts.map((part) => this.write(part, direction, indent)).join(" | ");
  }

  #plain(type: string, schema: SchemaObject, direction: Direction, indent: string): string {
    switch (type) {
      case "string":
        if (schema.format === "binary") return "Uploadable";
        return schema.format === "date-time" && direction === "request" ? "string | Date" : "string";
      case "integer":
      case "number":
        return "number";
      case "boolean":
      case "null":
        return type;
      case "array": {
        const items = this.write(schema.items ?? {}, direction, indent);
        return /[|&]/.test(items.replace(/^\w+<.*>$/, "")) ? `(${items})[]` : `${items}[]`;
      }
      case "object":
        if (schema.properties) return `{\n${this.members(schema, direction, `${indent}  `)}${indent}}`;
        return `Record<string, ${this.#values(schema.additionalProperties, direction, indent)}>`;
      default:
        throw new Error(`JSON Schema type ${type} is not known to the SDK generator`);
    }
  }
}

function open(type: string, direction: Direction): string {
  return direction === "response" ? `Open<${type}>` : type;
}

/** Names of the schemas that are the body of an operation. */
function bodySchemas({ paths }: OpenApiDocument): Set<string> {
  const bodies = Object.values(paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ requestBody }) => Object.values(requestBody?.content ?? {}));
  return new Set(bodies.flatMap(({ schema }) => (schema.$ref ? [nameOfReference(schema.$ref)] : [])));
}
