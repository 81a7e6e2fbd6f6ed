import { settings as crypto } from "../crypto/config.ts";
import { settings as db } from "../db/config.ts";
import { settings as egress } from "../egress/config.ts";
import { settings as http } from "../http/config.ts";
import { settings as log } from "../log/config.ts";
import { settings as mail } from "../mail/config.ts";
import { settings as metrics } from "../metrics/config.ts";
import { settings as plugins } from "../plugins/config.ts";
import { settings as redis } from "../redis/config.ts";
import { settings as storage } from "../storage/config.ts";
import { settings as work } from "../work/config.ts";

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
