import type { Knex } from "knex";
import type pg from "pg";
import type { Logger } from "../log/index.ts";
import { releaseClean } from "./connections.ts";
import type { Tx } from "./types.ts";

interface Parts {
  pool: pg.Pool;
  knex: Knex;
  log: Logger;
}

/**
 * Begin, `setup` (who this transaction acts as), `fn`, commit; rollback when `fn` throws. `setup` is transaction-local,
 * so nothing of it stays on the connection and a pooler in transaction mode may stand in front of the database.
 */
export async function runTransaction<T>(
  { pool, knex, log }: Parts,
  setup: pg.QueryConfig,
  fn: (tx: Tx) => Promise<T>,
): Promise<T> {
  const hooks: (() => void | Promise<void>)[] = [];
  const client = await pool.connect();
  let result: T;
  try {
    result = await knex.transaction(
      async (trx) => {
        // Not awaited before `fn`: it travels with the first statement, which fails if this did.
        const ready = client.query(setup);
        ready.catch(() => undefined);
        try {
          return await fn(createTx(trx, client, hooks));
        } finally {
          await ready;
        }
      },
      { connection: client },
    );
  } finally {
    releaseClean(client);
  }
  for (const outcome of await Promise.allSettled(hooks.map(async (hook) => hook()))) {
    if (outcome.status === "rejected") log.error({ err: outcome.reason }, "an after-commit step failed");
  }
  return result;
}

function createTx(trx: Knex.Transaction, client: pg.PoolClient, hooks: (() => void | Promise<void>)[]): Tx {
  const query = async <T extends object>(text: string, values?: unknown[]): Promise<T[]> => {
    // After the end this connection belongs to somebody else's transaction.
    if (trx.isCompleted()) throw new Error("This transaction has ended: await every query inside its function.");
    const { rows } = await client.query<T>(text, values);
    return rows;
  };
  return {
    knex: trx,
    query,
    afterCommit: (fn) => {
      hooks.push(fn);
    },
    notify: async (channel, payload) => {
      await query("select pg_notify($1, $2)", [channel, payload]);
    },
  };
}
