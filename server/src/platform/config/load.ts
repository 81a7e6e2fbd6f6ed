import { InvalidSetting, type Setting, type Settings, type ValuesOf } from "./define.ts";
import { settings } from "./settings.ts";

export type Config = ValuesOf<typeof settings> & {
  /** The raw variables, for the plugin host: plugins name their own settings. Not enumerable, so never printed. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Lists everything that is wrong with the configuration, each with the variable's name and an example. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * Reads and checks all settings at once. The result is frozen; secrets in it are not enumerable, so that printing or
 * logging the configuration cannot show them.
 * @throws ConfigError
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const values = readSettings(settings, env);
  Object.defineProperty(values, "env", { value: Object.freeze({ ...env }) });
  return Object.freeze(values) as Config;
}

function readSettings<S extends Settings>(definitions: S, env: NodeJS.ProcessEnv): ValuesOf<S> {
  const problems: string[] = [];
  const values = {};
  for (const [name, setting] of Object.entries(definitions)) {
    try {
      const enumerable = setting.secret !== true;
      Object.defineProperty(values, name, { value: read(setting, env[setting.variable]), enumerable });
    } catch (error) {
      if (!(error instanceof InvalidSetting)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new ConfigError(`The configuration is not usable:\n  ${problems.join("\n  ")}`);
  return values as ValuesOf<S>;
}

function read(setting: Setting<unknown>, given: string | undefined): unknown {
  const { variable, example, description } = setting;
  if (given === undefined || given.trim() === "") {
    if (setting.fallback) return setting.fallback.value;
    throw new InvalidSetting(`${variable} is missing (${description}). Set it, e.g. ${variable}=${example}`);
  }
  try {
    return setting.parse(given.trim());
  } catch (error) {
    if (!(error instanceof InvalidSetting)) throw error;
    const shown = setting.secret === true ? "" : `, not "${given}"`;
    throw new InvalidSetting(`${variable} must be ${error.message}${shown}. E.g. ${variable}=${example}`);
  }
}
