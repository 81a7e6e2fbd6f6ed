import { readSettings, type ValuesOf } from "./platform/config/index.ts";
import { settings as crypto } from "./platform/crypto/config.ts";
import { settings as db } from "./platform/db/config.ts";
import { settings as egress } from "./platform/egress/config.ts";
import { settings as http } from "./platform/http/config.ts";
import { settings as log } from "./platform/log/config.ts";
import { settings as mail } from "./platform/mail/config.ts";
import { settings as metrics } from "./platform/metrics/config.ts";
import { settings as plugins } from "./platform/plugins/config.ts";
import { settings as redis } from "./platform/redis/config.ts";
import { settings as storage } from "./platform/storage/config.ts";
import { settings as work } from "./platform/work/config.ts";

/** Every setting of the server, each defined by the part that uses it; in the order of `.env.example`. */
export const sections = { http, db, redis, crypto, storage, work, egress, mail, plugins, log, metrics } as const;

export const settings = {
  ...http,
  ...db,
  ...redis,
  ...crypto,
  ...storage,
  ...work,
  ...egress,
  ...mail,
  ...plugins,
  ...log,
  ...metrics,
} as const;

export type Config = ValuesOf<typeof settings> & {
  /** The raw variables, for the plugin host: plugins name their own settings. Not enumerable, so never printed. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

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
