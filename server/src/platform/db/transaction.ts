import type { Knex } from "knex";
import type pg from "pg";
import type { Logger } from "../log/index.ts";
import { releaseClean } from "./connections.ts";
import { PrefixedQuery } from "./prefixed-query.ts";
import { begin, type Setup } from "./setups.ts";
import type { Tx } from "./types.ts";

interface Parts {
  pool: pg.Pool;
  /** Builds statements; it has no connections of its own. */
  knex: Knex;
  log: Logger;
  /** A name for a statement that comes again. */
  nameOf: (text: string) => string | undefined;
}

type QueryWithCallback = (config: pg.QueryConfig, callback: (error: Error, result: pg.QueryResult) => void) => void;
type Hook = () => void | Promise<void>;

/**
 * Begin, `setup` (who this transaction acts as), `fn`, commit; rollback when `fn` throws. `setup` is transaction-local,
 * so nothing of it stays on the connection and a pooler in transaction mode may stand in front of the database.
 */
export async function runTransaction<T>({ pool, knex, log, nameOf }: Parts, setup: Setup, fn: (tx: Tx) => Promise<T>): Promise<T> {
  const hooks: Hook[] = [];
  const client = await pool.connect();
  let result: T;
  try {
    result = await inTransaction(client, setup, (isOpen) => fn(createTx(client, { knex, nameOf }, hooks, isOpen)));
  } finally {
    releaseClean(client);
  }
  for (const outcome of await Promise.allSettled(hooks.map(async (hook) => hook()))) {
    if (outcome.status === "rejected") log.error({ err: outcome.reason }, "an after-commit step failed");
  }
  return result;
}

async function inTransaction<T>(client: pg.PoolClient, setup: Setup, fn: (isOpen: () => boolean) => Promise<T>): Promise<T> {
  let open = true;
  // Not awaited before `fn`: it travels with the first statement, which fails if this did.
  corkThisTick(client);
  const { result: begun } = client.query(new PrefixedQuery(begin, setup));
  begun.catch(() => undefined);
  try {
    let result: T;
    try {
      result = await fn(() => open);
    } finally {
      open = false;
      await begun;
    }
    const { command } = await client.query("commit");
    // PostgreSQL answers so, and reports no error, when a statement before it failed and nobody threw.
    if (command !== "COMMIT") throw new Error("The transaction was rolled back: one of its statements failed, and that error was caught.");
    return result;
  } catch (error) {
    // Fails only when the connection is gone, and with it the transaction.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** What is sent before the next tick, as several statements that do not wait for each other, leaves in one write. */
function corkThisTick({ connection: { stream } }: pg.PoolClient): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}

function createTx(client: pg.PoolClient, { knex, nameOf }: Pick<Parts, "knex" | "nameOf">, hooks: Hook[], isOpen: () => boolean): Tx {
  const open = (): pg.PoolClient => {
    // After the end this connection belongs to somebody else's transaction.
    if (!isOpen()) throw new Error("This transaction has ended: await every query inside its function.");
    return client;
  };
  const query = async <T extends object>(text: string, values?: unknown[]) => {
    // Without values a text may hold several statements, which cannot be prepared.
    const name = values && nameOf(text);
    const connection = open();
    corkThisTick(connection);
    return (await connection.query<T>({ name, text, values })).rows;
  };
  return {
    // Asks at the moment the statement runs, which may be long after it was built.
    knex: (table) => knex(table).connection({ query: (...sent: Parameters<QueryWithCallback>) => open().query(...sent) }),
    query,
    afterCommit: (fn) => {
      hooks.push(fn);
    },
    notify: async (channel, payload) => {
      await query("select pg_notify($1, $2)", [channel, payload]);
    },
  };
}
