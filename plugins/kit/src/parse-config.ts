import type { ConfigFields } from "./config-fields.ts";

export interface ConfigProblem {
  field: string;
  /** The environment variable that sets it. */
  env: string;
  /** What is wrong and what to do. Never contains the given value of a secret. */
  message: string;
}
export interface ParsedConfig {
  /** Values of all fields that have one. Complete when both lists are empty. */
  config: Record<string, unknown>;
  missing: ConfigProblem[];
  malformed: ConfigProblem[];
}

/** `envName("minimax", "apiKey")` → `MINIMAX_API_KEY` */
export function envName(pluginId: string, field: string): string {
  const snake = field.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  return `${pluginId}_${snake}`.replaceAll("-", "_").toUpperCase();
}

/** Parses raw settings by field name; unset and empty are the same. Names every field that is missing or malformed. */
export function parseConfig(
  plugin: { id: string; config: ConfigFields },
  raw: Readonly<Record<string, string | undefined>>,
): ParsedConfig {
  const parsed: ParsedConfig = { config: {}, missing: [], malformed: [] };
  for (const [name, field] of Object.entries(plugin.config)) {
    const env = envName(plugin.id, name);
    const given = raw[name]?.trim();
    const text = given === undefined || given === "" ? field.default : given;
    if (text === null) {
      const message = `${env} is not set: ${field.description} Example: ${env}=${field.example}`;
      if (field.required) parsed.missing.push({ field: name, env, message });
      continue;
    }
    const result = field.parse(text);
    if ("value" in result) parsed.config[name] = result.value;
    else parsed.malformed.push({ field: name, env, message: `${env} ${result.problem}` });
  }
  return parsed;
}
