import knexFactory from "knex";
import type pg from "pg";
import type { Logger } from "../log/index.ts";
import { createPool } from "./connections.ts";
import { createListener } from "./listener.ts";
import { readInOneTrip } from "./reads.ts";
import { runTransaction } from "./transaction.ts";
import type { Database } from "./types.ts";

export interface DatabaseOptions {
  /** Connects as `musicverse_app`, which owns nothing. */
  url: string;
  /** Most connections this process opens (one more for `listen`). */
  poolMax: number;
  /** For `listen`, when `url` goes through a pooler in transaction mode, which cannot carry notifications. */
  listenUrl?: string | null;
  log: Logger;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const BECOME_SYSTEM: pg.QueryConfig = { text: "SET LOCAL ROLE musicverse_system" };

function becomeTenant(accountId: string): pg.QueryConfig {
  if (!UUID.test(accountId)) throw new TypeError(`"${accountId}" is not an account's UUID`);
  return { name: "become_tenant", text: "select set_config('app.account_id', $1, true)", values: [accountId] };
}

/** Opens no connection until the first use. */
export function createDatabase({ url, listenUrl, poolMax, log }: DatabaseOptions): Database {
  const pool = createPool(url, poolMax, log);
  const knex = knexFactory({ client: "pg", connectionPool: pool });
  const listener = createListener(listenUrl ?? url, log);
  const parts = { pool, knex, log };
  return {
    withTenant: (accountId, fn) =>
      runTransaction(parts, becomeTenant(accountId), (tx) => fn({ ...tx, accountId })),
    asSystem: (reason, fn) => {
      log.debug({ reason }, "cross-tenant transaction");
      return runTransaction(parts, BECOME_SYSTEM, (tx) => fn({ ...tx, reason }));
    },
    readTenant: async (accountId, statement) => readInOneTrip(pool, becomeTenant(accountId), statement),
    readSystem: async (reason, statement) => {
      log.debug({ reason }, "cross-tenant read");
      return readInOneTrip(pool, BECOME_SYSTEM, statement);
    },
    listen: listener.listen,
    ping: async () => {
      await pool.query("select 1");
    },
    close: async () => {
      await listener.close();
      await knex.destroy();
      await pool.end();
    },
  };
}
