import knexFactory from "knex";
import type { Logger } from "../log/index.ts";
import { createPool } from "./connections.ts";
import { SystemTx, TenantTx } from "./tx.ts";
import { createListener } from "./listener.ts";
import { createRecurring } from "./recurring.ts";
import { becomeSystem, becomeTenant } from "./setups.ts";
import { createSingles } from "./singles.ts";
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

/** Opens no connection until the first use. */
export function createDatabase({ url, listenUrl, poolMax, log }: DatabaseOptions): Database {
  const pool = createPool(url, poolMax, log);
  const knex = knexFactory({ client: "pg" });
  const listener = createListener(listenUrl ?? url, log);
  const parts = { pool, knex, log, nameOf: createRecurring() };
  const read = createSingles(pool);
  // Apart from the reads, so that none of these waits behind a slow write on the same connection.
  const write = createSingles(pool);
  // These wait for locks on rows, too: none waits for another's.
  const writeAlone = createSingles(pool, { togetherMax: 1 });
  return {
    withTenant: async (accountId, fn) =>
      runTransaction(parts, becomeTenant("write", accountId), (tx) => fn(new TenantTx(tx, accountId))),
    asSystem: (reason, fn) => {
      log.debug({ reason }, "cross-tenant transaction");
      return runTransaction(parts, becomeSystem.write, (tx) => fn(new SystemTx(tx, reason)));
    },
    readTenant: async (accountId, statement) => read(becomeTenant("read", accountId), statement),
    writeTenant: async (accountId, statement) => writeAlone(becomeTenant("write", accountId), statement),
    writeTenantSoon: async (accountId, statement) => writeAlone(becomeTenant("write_soon", accountId), statement),
    readSystem: async (reason, statement) => {
      log.debug({ reason }, "cross-tenant read");
      return read(becomeSystem.read, statement);
    },
    writeSystem: async (reason, statement) => {
      log.debug({ reason }, "cross-tenant write");
      return write(becomeSystem.write, statement);
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
