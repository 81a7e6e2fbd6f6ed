import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/** What Stripe publishes about itself, read where it lies: types of its own library, and its fixtures. */
const contracts = process.env["MUSICVERSE_CONTRACTS_DIR"] ?? resolve(import.meta.dirname, "../../../shared/contracts");
const folder = resolve(contracts, "stripe");
export const described = existsSync(folder);
if (!described) console.log(`skipped: no description of Stripe at ${folder}; set MUSICVERSE_CONTRACTS_DIR`);

type Fields = Record<string, string>;
const read = <T>(file: string): T | null =>
  described ? (JSON.parse(readFileSync(resolve(folder, file), "utf8")) as T) : null;
const requests =
  read<{ operations: Record<string, Record<string, Fields>> }>("request-params.stripe-node-23.1.0.json")?.operations ??
  {};
const resources =
  read<{ resources: Record<string, Fields> }>("resource-fields.stripe-node-23.1.0.json")?.resources ?? {};
const fixtures =
  read<{ resources: Record<string, Record<string, unknown>> }>("fixtures3.2026-08-21.json")?.resources ?? {};
export const eventTypes: readonly string[] =
  read<{ enabled_events: string[] }>("event-types.stripe-node-23.1.0.json")?.enabled_events ?? [];

export type Parameters = string | Parameters[] | { [name: string]: Parameters };

const paging: Fields = {
  limit: "? number",
  starting_after: "? string",
  ending_before: "? string",
  expand: "? Array<string>",
};

/** What is wrong with a request of `checkout.sessions.create` and so on; null when Stripe's types of it are not at hand. */
export function requestFaults(operation: string, given: { [name: string]: Parameters }): string[] | null {
  const types = requests[operation];
  const root = types && Object.keys(types)[0];
  return types && root !== undefined ? objectFaults(types, root, given, "") : null;
}

function objectFaults(
  types: Record<string, Fields>,
  name: string,
  given: { [name: string]: Parameters },
  at: string,
): string[] {
  const own = types[name] ?? {};
  const fields: Fields = { ...(own["(extends)"]?.includes("PaginationParams") && paging), ...own };
  const missing = Object.entries(fields).flatMap(([field, type]) =>
    type.startsWith("! ") && !(field in given) ? [`${at}${field} is missing`] : [],
  );
  return [
    ...missing,
    ...Object.entries(given).flatMap(([field, value]) => {
      const type = fields[field];
      return type === undefined
        ? [`${at}${field} is unknown`]
        : valueFaults(types, { name, type: type.slice(2), value, at: `${at}${field}` });
    }),
  ];
}

function valueFaults(
  types: Record<string, Fields>,
  of: { name: string; type: string; value: Parameters; at: string },
): string[] {
  const { name, type, value, at } = of;
  const [, inner] = /^Emptyable<(.*)>$/.exec(type) ?? [];
  if (inner !== undefined) return value === "" ? [] : valueFaults(types, { ...of, type: inner });
  const [, each] = /^Array<(.*)>$/.exec(type) ?? [];
  if (each !== undefined)
    return Array.isArray(value)
      ? value.flatMap((one, index) => valueFaults(types, { name, type: each, value: one, at: `${at}[${index}]` }))
      : [`${at} is no array`];
  if (type.includes(" | ") && !type.includes("'"))
    return type.split(" | ").some((one) => valueFaults(types, { ...of, type: one }).length === 0)
      ? []
      : [`${at} is no ${type}`];
  const known = [type, `${name}.${type.split(".").at(-1) ?? ""}`].find((candidate) => candidate in types);
  if (known !== undefined && types[known]?.["="] === undefined) {
    return typeof value === "object" && !Array.isArray(value)
      ? objectFaults(types, known, value, `${at}.`)
      : [`${at} is no object`];
  }
  if (type === "MetadataParam")
    return typeof value === "object" && Object.values(value).every((one) => typeof one === "string")
      ? []
      : [`${at} is no metadata`];
  const values = known === undefined ? type : (types[known]?.["="] ?? "");
  return typeof value === "string" && fits(values, value) ? [] : [`${at} is no ${values}`];
}

/** A form has text only. */
function fits(type: string, text: string): boolean {
  if (type.includes("'")) return type.split(" | ").includes(`'${text}'`);
  if (type === "number") return /^-?\d+$/.test(text);
  return type === "boolean" ? /^(true|false)$/.test(text) : type === "string";
}

const typeNames: Readonly<Record<string, string>> = {
  subscription: "Subscriptions",
  invoice: "Invoices",
  subscription_item: "SubscriptionItems",
  "checkout.session": "Checkout.Sessions",
  "billing_portal.session": "BillingPortal.Sessions",
  event: "Events",
  customer: "Customers",
  price: "Prices",
  product: "Products",
};

/** Fields that Stripe's fixtures show and its API does so only when asked. */
const asked: Readonly<Record<string, readonly string[]>> = { charge: ["refunds"], invoice_payment: [] };

/** What in an answer is not as Stripe's types or fixtures have it, with all objects within it. */
export function answerFaults(answer: unknown): string[] {
  if (Array.isArray(answer)) return answer.flatMap(answerFaults);
  if (typeof answer !== "object" || answer === null) return [];
  const object = answer as Record<string, unknown>;
  const inside = Object.entries(object).flatMap(([field, value]) =>
    field === "previous_attributes" ? [] : answerFaults(value),
  );
  const kind = object["object"];
  return typeof kind !== "string"
    ? inside
    : [...ownFaults(kind, object).map((fault) => `${kind}: ${fault}`), ...inside];
}

function ownFaults(kind: string, object: Record<string, unknown>): string[] {
  if (object["deleted"] === true) return differences(object, fixtures[`deleted_${kind}`] ?? {}, []);
  if (kind === "list")
    return Object.keys(object).toSorted().join() === "data,has_more,object,url" ? [] : ["is no list"];
  const types = resources[typeNames[kind] ?? ""];
  if (types) return typeFaults(object, types);
  const fixture = fixtures[kind];
  return fixture ? differences(object, fixture, asked[kind] ?? []) : kind === "plan" ? [] : ["nothing is known of it"];
}

function typeFaults(object: Record<string, unknown>, types: Fields): string[] {
  const missing = Object.keys(types)
    .filter((field) => !field.endsWith("?") && !(field in object))
    .map((field) => `${field} is missing`);
  return [
    ...missing,
    ...Object.entries(object).flatMap(([field, value]) => {
      const type = types[field] ?? types[`${field}?`];
      if (type === undefined) return [`${field} is unknown`];
      return type.split(" | ").some((one) => isOf(one, value))
        ? []
        : [`${field}: ${JSON.stringify(value)} is no ${type}`];
    }),
  ];
}

function isOf(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  // A number without loss, which JSON carries as text.
  if (type === "string" || type === "Decimal") return typeof value === "string";
  if (type === "number" || type === "boolean") return typeof value === type;
  if (type.startsWith("'")) return `'${String(value)}'` === type;
  if (type.startsWith("Array<")) return Array.isArray(value);
  // An enumeration, or an object.
  return value !== null && value !== undefined && !Array.isArray(value);
}

function differences(
  object: Record<string, unknown>,
  fixture: Record<string, unknown>,
  optional: readonly string[],
): string[] {
  return [
    ...Object.keys(fixture)
      .filter((field) => !(field in object) && !optional.includes(field))
      .map((field) => `${field} is missing`),
    ...Object.keys(object)
      .filter((field) => !(field in fixture))
      .map((field) => `${field} is unknown`),
    ...Object.entries(object).flatMap(([field, value]) => {
      const shown = fixture[field];
      const comparable = value !== null && shown !== null && shown !== undefined;
      return comparable && typeof value !== typeof shown && typeof shown !== "object"
        ? [`${field}: ${JSON.stringify(value)} is no ${typeof shown}`]
        : [];
    }),
  ];
}
