/**
 * The operator's settings of a plugin, described once: parsing, .env.example, masking and documentation come from
 * these. A field's value comes from the environment variable `<PLUGIN_ID>_<FIELD>` in upper snake case.
 */
export interface ConfigField<Value = unknown> {
  readonly kind: "text" | "secret" | "url" | "choice" | "integer" | "hosts";
  readonly description: string;
  /** Without it live accounts cannot use the plugin. */
  readonly required: boolean;
  readonly default: string | null;
  /** Shown where a value is asked for; made up, never a real secret. */
  readonly example: string;
  /** Returns the value, or what is wrong with `raw` in words that follow the field's name. Must not throw. */
  readonly parse: (raw: string) => { value: Value } | { problem: string };
}
export type ConfigFields = Readonly<Record<string, ConfigField>>;
export type ConfigOf<Fields extends ConfigFields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends ConfigField<infer Value> ? Value : never;
};

interface FieldOptions {
  description: string;
  example: string;
  /** Taken when the operator sets nothing. */
  default?: string;
  /** True: may stay unset, the value is then undefined. */
  optional?: boolean;
}
type ValueOf<Value, O extends FieldOptions> = O extends { optional: true } ? Value | undefined : Value;

function field<Value, O extends FieldOptions>(
  kind: ConfigField["kind"],
  options: O,
  parse: ConfigField<Value>["parse"],
): ConfigField<ValueOf<Value, O>> {
  const required = options.default === undefined && options.optional !== true;
  const { description, example } = options;
  const described = { kind, description, example, required, default: options.default ?? null };
  // An optional field's `undefined` never comes out of parse: parseConfig leaves the field away.
  return { ...described, parse };
}

/** Any text; `check` returns what is wrong with it, or null. */
export const text = <const O extends FieldOptions & { check?: (value: string) => string | null }>(options: O) =>
  field<string, O>("text", options, (raw) => {
    const problem = options.check?.(raw) ?? null;
    return problem === null ? { value: raw } : { problem };
  });

/** A credential: never logged, never shown, masked wherever the host meets its value. At least 8 characters. */
export const secret = <const O extends FieldOptions>(options: O) =>
  field<string, O>("secret", options, (raw) => {
    if (raw.length < 8) return { problem: "is too short for a credential (at least 8 characters)" };
    return /^[\x21-\x7e]+$/.test(raw)
      ? { value: raw }
      : { problem: "holds a space or a character that no credential has" };
  });

/** An http(s) base address without query or trailing slash. Its host joins the hosts that `ctx.http` may reach. */
export const url = <const O extends FieldOptions>(options: O) =>
  field<string, O>("url", options, (raw) => {
    if (!URL.canParse(raw)) return { problem: `is not a URL, e.g. ${options.example}` };
    const parsed = new URL(raw);
    if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return { problem: "must begin with https://" };
    if (parsed.username || parsed.password) return { problem: "must not contain a user name or password" };
    if (parsed.search || parsed.hash) return { problem: "must not contain ? or #" };
    return { value: raw.replace(/\/+$/, "") };
  });

/** One of a closed list. */
export const choice = <const V extends string, const O extends FieldOptions>(values: readonly V[], options: O) =>
  field<V, O>("choice", options, (raw) => {
    const value = values.find((candidate) => candidate === raw);
    return value === undefined ? { problem: `must be one of ${values.join(", ")}` } : { value };
  });

/** A whole number between two bounds, both included. */
export const integer = <const O extends FieldOptions & { min: number; max: number }>(options: O) =>
  field<number, O>("integer", options, (raw) => {
    const value = Number(raw);
    const fits = /^-?\d+$/.test(raw) && value >= options.min && value <= options.max;
    return fits ? { value } : { problem: `must be a whole number from ${options.min} to ${options.max}` };
  });

/** Host names separated by commas, `*.` in front for all below; they join the hosts that `ctx.http` may reach. */
export const hosts = <const O extends FieldOptions>(options: O) =>
  field<string[], O>("hosts", options, (raw) => {
    const value = raw
      .split(",")
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== "");
    const wrong = value.find((host) => !hostPattern.test(host));
    return wrong === undefined
      ? { value }
      : { problem: `holds "${wrong}", which is not a host name like ${options.example}` };
  });

/** A host name with at least one dot, optionally `*.` in front; no scheme, port or path. */
export const hostPattern = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
