import { parseArgs } from "node:util";

export const templates = ["generation", "identity", "webhooks"] as const;
export type Template = (typeof templates)[number];

/** What a new plugin is to be. */
export interface Answers {
  id: string;
  /** For people. */
  name: string;
  capability: Template;
  folder: string;
}

/** A reason for which nothing is written, in one line for whoever ran the command. */
export class Refusal extends Error {}

/** Asks a person; null where nobody can be asked. */
export type Ask = ((question: string, fallback: string) => Promise<string>) | null;

/** Reads the command line and asks for what it leaves open. Throws Refusal. */
export async function readAnswers(args: readonly string[], ask: Ask): Promise<Answers> {
  const { values, positionals } = parsed(args);
  const [folder, ...more] = positionals;
  if (more.length > 0) throw new Refusal(`one folder at a time: do not know what "${more.join(" ")}" is`);
  const id = checkedId(values.id ?? (await ask?.("Id of the plugin, e.g. chime", "")) ?? missing("id", "chime"));
  const titled = id.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => (dash && " ") + letter.toUpperCase());
  const name = values.name ?? (await ask?.("Name for people", titled)) ?? titled;
  const capability = checkedCapability(
    values.capability ??
      (await ask?.(`Capability (${templates.join(", ")})`, "generation")) ??
      missing("capability", "generation"),
  );
  return { id, name: checkedName(name), capability, folder: folder ?? `musicverse-plugin-${id}` };
}

function parsed(args: readonly string[]) {
  try {
    const options = { id: { type: "string" }, name: { type: "string" }, capability: { type: "string" } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error));
  }
}

function missing(option: string, example: string): never {
  throw new Refusal(`--${option} is missing, e.g. --${option} ${example}`);
}

function checkedId(id: string): string {
  if (/^[a-z][a-z0-9-]{0,39}$/.test(id)) return id;
  throw new Refusal(`"${id}" is no id: lower case letters, digits and -, begins with a letter, at most 40`);
}

function checkedName(name: string): string {
  if (/^[^"\\`${}<>\p{C}]{1,100}$/u.test(name)) return name;
  throw new Refusal("the name may have 1 to 100 characters, without quotes, backslashes, braces, < > and $");
}

function checkedCapability(wanted: string): Template {
  const found = templates.find((template) => template === wanted);
  if (found) return found;
  throw new Refusal(`there is no capability "${wanted}"; choose one of ${templates.join(", ")}`);
}
