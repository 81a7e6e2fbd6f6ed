// The contract as a judge of answers wants it.

type Json = string | number | boolean | null | Json[] | JsonObject;
interface JsonObject {
  [key: string]: Json;
}

/**
 * A copy of the bundle in which every object says all of its fields, so that an answer with a field that the contract
 * does not know is refused. The published contract leaves objects of answers open, because they may gain fields; a
 * server that sends an undeclared one has drifted all the same.
 *
 * Objects without `additionalProperties` are closed and `allOf` is merged into one object (each of its parts, closed,
 * would refuse the fields of the others). Webhooks are left out: they are requests to others.
 *
 * @throws Error when an `allOf` holds something else than objects.
 */
export function strictCopy<Document extends object>(document: Document): Document {
  const { webhooks: _, ...rest } = JSON.parse(JSON.stringify(document)) as JsonObject;
  return closed(rest, rest) as Document;
}

function closed(node: Json, document: JsonObject): Json {
  if (Array.isArray(node)) return node.map((item) => closed(item, document));
  if (!isObject(node)) return node;
  const schema = Array.isArray(node.allOf) ? merged(node, node.allOf, document) : node;
  const fields = Object.entries(schema).map(([key, value]): [string, Json] => [
    key,
    isData(key) ? value : closed(value, document),
  ]);
  const copy = Object.fromEntries(fields);
  const open = copy.type === "object" && "properties" in copy && !("additionalProperties" in copy);
  return open ? { ...copy, additionalProperties: false } : copy;
}

// Values that only look like schemas.
const isData = (key: string) => ["example", "examples", "default", "const", "enum"].includes(key);

const isObject = (node: Json | undefined): node is JsonObject =>
  typeof node === "object" && node !== null && !Array.isArray(node);

function merged(schema: JsonObject, parts: Json[], document: JsonObject): JsonObject {
  const { allOf: _, ...own } = schema;
  const objects = parts.map((part) => objectBehind(part, document));
  const properties = Object.assign({}, ...objects.map((object) => object.properties ?? {})) as JsonObject;
  const required = objects.flatMap((object) => (Array.isArray(object.required) ? object.required : []));
  return { ...own, type: "object", properties, required };
}

function objectBehind(part: Json, document: JsonObject): JsonObject {
  if (!isObject(part)) throw new Error("allOf holds something that is no schema.");
  if (typeof part.$ref === "string") return objectBehind(lookUp(part.$ref, document), document);
  if (Array.isArray(part.allOf)) return merged(part, part.allOf, document);
  if (part.type !== "object")
    throw new Error(`allOf can be merged only of objects, not of ${JSON.stringify(part.type)}.`);
  return part;
}

function lookUp(reference: string, document: JsonObject): Json {
  const keys = reference
    .slice(2)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const found = keys.reduce<Json | undefined>((node, key) => (isObject(node) ? node[key] : undefined), document);
  if (found === undefined) throw new Error(`${reference} leads nowhere.`);
  return found;
}
