import { InvalidSetting, type Setting, type Settings, type ValuesOf } from "./define.ts";

/** Lists everything that is wrong with the configuration, each with the variable's name and an example. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** All at once; secrets are not enumerable. @throws ConfigError */
export function readSettings<S extends Settings>(definitions: S, env: NodeJS.ProcessEnv): ValuesOf<S> {
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
  if (problems.length > 0) throw new ConfigError(`Invalid configuration:\n  ${problems.join("\n  ")}`);
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
