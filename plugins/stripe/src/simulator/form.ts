import { invalid } from "./errors.ts";

export type Input = string | Input[] | { [name: string]: Input };
export type Inputs = Record<string, Input>;

/** `line_items[0][price]=x`, as express parsed it → `{ line_items: [{ price: "x" }] }`. */
export function nested(flat: Readonly<Record<string, unknown>>): Inputs {
  const root: Inputs = {};
  for (const [name, value] of Object.entries(flat)) {
    const path = [...name.matchAll(/[^[\]]+|\[\]/g)].map(([part]) => part);
    for (const one of Array.isArray(value) ? value : [value]) set(root, path, String(one));
  }
  return arraysIn(root) as Inputs;
}

function set(root: Inputs, path: readonly string[], value: string): void {
  let at = root;
  for (const [index, part] of path.entries()) {
    // `[]` takes the next free place.
    const key = part === "[]" ? String(Object.keys(at).length) : part;
    if (key === "__proto__") throw invalid("Invalid parameter name", part, "parameter_unknown");
    if (index === path.length - 1) at[key] = value;
    else at = (at[key] ??= {}) as Inputs;
    if (typeof at !== "object") throw invalid(`Invalid ${path[0]}`, path[0]);
  }
}

function arraysIn(value: Input): Input {
  if (typeof value === "string" || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, arraysIn(one)] as const);
  const isArray = entries.length > 0 && entries.every(([name], index) => name === String(index));
  return isArray ? entries.map(([, one]) => one) : Object.fromEntries(entries);
}

/** What a request says, read field by field; what nobody read is refused at the end, as Stripe refuses it. */
export class Form {
  private readonly inputs: Inputs;
  private readonly prefix: string;
  private readonly left: Set<string>;

  constructor(inputs: Inputs, prefix = "") {
    this.inputs = inputs;
    this.prefix = prefix;
    this.left = new Set(Object.keys(inputs));
  }

  private take(name: string): Input | undefined {
    this.left.delete(name);
    return this.inputs[name];
  }

  private nameOf = (name: string): string => (this.prefix ? `${this.prefix}[${name}]` : name);

  text(name: string): string | null {
    const value = this.take(name);
    if (value === undefined || value === "") return null;
    if (typeof value !== "string") throw invalid(`Invalid string: ${JSON.stringify(value)}`, this.nameOf(name));
    return value;
  }

  wanted(name: string): string {
    const value = this.text(name);
    if (value === null)
      throw invalid(`Missing required param: ${this.nameOf(name)}.`, this.nameOf(name), "parameter_missing");
    return value;
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T | null {
    const value = this.text(name);
    const found = values.find((one) => one === value) ?? null;
    if (value !== null && found === null)
      throw invalid(`Invalid ${this.nameOf(name)}: must be one of ${values.join(", ")}`, this.nameOf(name));
    return found;
  }

  integer(name: string): number | null {
    const value = this.text(name);
    if (value === null) return null;
    if (!/^-?\d{1,15}$/.test(value))
      throw invalid(`Invalid integer: ${value}`, this.nameOf(name), "parameter_invalid_integer");
    return Number(value);
  }

  flag(name: string): boolean | null {
    const value = this.oneOf(name, ["true", "false"]);
    return value === null ? null : value === "true";
  }

  texts(name: string): string[] {
    const value = this.take(name) ?? [];
    if (!Array.isArray(value) || value.some((one) => typeof one !== "string"))
      throw invalid("Invalid array", this.nameOf(name));
    return value as string[];
  }

  metadata(name = "metadata"): Record<string, string> {
    const value = this.take(name) ?? {};
    if (typeof value !== "object" || Array.isArray(value)) throw invalid("Invalid object", this.nameOf(name));
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => {
        if (typeof one !== "string") throw invalid("Metadata values must be strings", `${this.nameOf(name)}[${key}]`);
        return [key, one];
      }),
    );
  }

  /** A part of its own; null when it is absent. Check it with `done` too. */
  part(name: string): Form | null {
    const value = this.take(name);
    if (value === undefined) return null;
    if (typeof value !== "object" || Array.isArray(value)) throw invalid("Invalid object", this.nameOf(name));
    return new Form(value, this.nameOf(name));
  }

  parts(name: string): Form[] {
    const value = this.take(name) ?? [];
    if (!Array.isArray(value)) throw invalid("Invalid array", this.nameOf(name));
    return value.map((one, index) => {
      if (typeof one !== "object" || Array.isArray(one))
        throw invalid("Invalid object", `${this.nameOf(name)}[${index}]`);
      return new Form(one, `${this.nameOf(name)}[${index}]`);
    });
  }

  done(): void {
    const [unknown] = this.left;
    if (unknown !== undefined) {
      throw invalid(`Received unknown parameter: ${this.nameOf(unknown)}`, this.nameOf(unknown), "parameter_unknown");
    }
  }
}
