/** One environment variable: how it reads, what it means and what it looks like. */
export interface Setting<T> {
  variable: string;
  /** One line for `.env.example`. */
  description: string;
  /** What a right value looks like, as one would type it. */
  example: string;
  /** Its value is never shown, neither in an error nor by printing the configuration. */
  secret?: boolean;
  /** Used when the variable is absent or empty; a setting without it is required. */
  fallback?: { value: T };
  /** Text → value. Throws InvalidSetting to say what the value must be. */
  parse(text: string): T;
}

/** Thrown by `parse`: "must be <this>". */
export class InvalidSetting extends Error {}

export type Settings = Record<string, Setting<unknown>>;
export type ValuesOf<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** The settings one part of the server owns. Their names must be unique over the whole server. */
export function defineSettings<S extends Settings>(settings: S): S {
  return settings;
}

interface Common {
  variable: string;
  description: string;
  example: string;
  secret?: boolean;
}

export function text(setting: Common & { fallback?: { value: string } }): Setting<string> {
  return { ...setting, parse: (value) => value };
}

/** `null` when absent. */
export function optional<T>(setting: Setting<T>): Setting<T | null> {
  return { ...setting, fallback: { value: null } };
}

export function oneOf<const T extends string>(
  setting: Common & { values: readonly T[]; fallback?: { value: NoInfer<T> } },
): Setting<T> {
  const parse = (value: string): T => {
    const found = setting.values.find((allowed) => allowed === value);
    if (found === undefined) throw new InvalidSetting(`one of ${setting.values.join(", ")}`);
    return found;
  };
  return { ...setting, parse };
}

export function integer(setting: Common & { min: number; max: number; fallback?: { value: number } }): Setting<number> {
  const parse = (value: string): number => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= setting.min && number <= setting.max)) {
      throw new InvalidSetting(`a whole number from ${setting.min} to ${setting.max}`);
    }
    return number;
  };
  return { ...setting, parse };
}

export function flag(setting: Common & { fallback?: { value: boolean } }): Setting<boolean> {
  return { ...setting, parse: parseFlag };
}

function parseFlag(value: string): boolean {
  if (value !== "true" && value !== "false") throw new InvalidSetting("true or false");
  return value === "true";
}

/** Comma-separated; empty entries are dropped. */
export function list(setting: Common & { fallback?: { value: readonly string[] } }): Setting<readonly string[]> {
  return { ...setting, parse: parseList };
}

function parseList(value: string): readonly string[] {
  return Object.freeze(
    value
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ""),
  );
}

export function url(setting: Common & { protocols: readonly string[]; fallback?: { value: string } }): Setting<string> {
  const parse = (value: string): string => {
    const protocol = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : "";
    if (!setting.protocols.includes(protocol)) {
      throw new InvalidSetting(`a URL that starts with ${setting.protocols.map((name) => `${name}://`).join(" or ")}`);
    }
    return value;
  };
  return { ...setting, parse };
}

/** A 256-bit key and the id by which stored data names it. */
export interface NamedKey {
  id: string;
  key: Buffer;
}

/** `id:base64,id:base64`: the first one is used for new data, all for reading. */
export function keys(setting: Omit<Common, "secret">): Setting<readonly NamedKey[]> {
  return { ...setting, secret: true, parse: parseKeys };
}

function parseKeys(value: string): readonly NamedKey[] {
  const parsed = value.split(",").map((entry) => {
    const [, id, base64] = /^\s*([a-z0-9]{1,16}):([A-Za-z0-9+/_-]{42,44}={0,2})\s*$/.exec(entry) ?? [];
    const key = Buffer.from(base64 ?? "", "base64");
    if (id === undefined || key.length !== 32) {
      throw new InvalidSetting("id:key pairs joined by commas, each key 32 bytes in base64 (openssl rand -base64 32)");
    }
    return Object.freeze({ id, key });
  });
  if (new Set(parsed.map(({ id }) => id)).size < parsed.length) {
    throw new InvalidSetting("id:key pairs with an id of its own for each key");
  }
  return Object.freeze(parsed);
}
