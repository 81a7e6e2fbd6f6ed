import type { Knex } from "knex";
import type pg from "pg";
import type { Logger } from "../log/index.ts";
import { releaseClean } from "./connections.ts";
import { PrefixedQuery } from "./prefixed-query.ts";
import { begin, type Setup } from "./setups.ts";
import type { Tx } from "./tx.ts";

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
export async function runTransaction<T>(
  { pool, knex, log, nameOf }: Parts,
  setup: Setup,
  fn: (tx: Tx) => Promise<T>,
): Promise<T> {
  const hooks: Hook[] = [];
  const client = await pool.connect();
  let result: T;
  try {
    const opening = createOpening(client, setup);
    result = await inTransaction(client, opening, (isOpen) =>
      fn(createTx(client, { knex, nameOf, opening }, hooks, isOpen)),
    );
  } finally {
    releaseClean(client);
  }
  for (const outcome of await Promise.allSettled(hooks.map(async (hook) => hook()))) {
    if (outcome.status === "rejected") log.error({ err: outcome.reason }, "after-commit hook failed");
  }
  return result;
}

async function inTransaction<T>(
  client: pg.PoolClient,
  opening: Opening,
  fn: (isOpen: () => boolean) => Promise<T>,
): Promise<T> {
  let open = true;
  try {
    let result: T;
    try {
      result = await fn(() => open);
    } finally {
      open = false;
    }
    if (!opening.isSent()) return result;
    const { command } = await client.query("commit");
    // PostgreSQL answers so, and reports no error, when a statement before it failed and nobody threw.
    if (command !== "COMMIT")
      throw new Error("The transaction was rolled back: one of its statements failed, and that error was caught.");
    return result;
  } catch (error) {
    // Fails only when the connection is gone, and with it the transaction.
    if (opening.isSent()) await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Begin and setup of a transaction, which are sent with its first statement. */
interface Opening {
  isSent(): boolean;
  /** The first statement takes them along; null: they were sent. */
  take(): readonly Setup[] | null;
  /** For a first statement that cannot: the statement fails if these do. */
  send(): void;
}

function createOpening(client: pg.PoolClient, setup: Setup): Opening {
  let sent = false;
  const take = () => {
    if (sent) return null;
    sent = true;
    return [begin, setup];
  };
  return {
    isSent: () => sent,
    take,
    send() {
      if (take() === null) return;
      const alone = new PrefixedQuery([begin], setup);
      alone.result.catch(() => undefined);
      client.query(alone);
    },
  };
}

/** What is sent before the next tick, as several statements that do not wait for each other, leaves in one write. */
function corkThisTick({ connection: { stream } }: pg.PoolClient): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}

function createTx(
  client: pg.PoolClient,
  { knex, nameOf, opening }: Pick<Parts, "knex" | "nameOf"> & { opening: Opening },
  hooks: Hook[],
  isOpen: () => boolean,
): Tx {
  const open = (): pg.PoolClient => {
    // After the end this connection belongs to somebody else's transaction.
    if (!isOpen()) throw new Error("This transaction has ended: await every query inside its function.");
    corkThisTick(client);
    return client;
  };
  const query = async <T extends object>(text: string, values?: unknown[]) => {
    const connection = open();
    // Without values a text may hold several statements, which cannot be prepared.
    if (values === undefined) {
      opening.send();
      return (await connection.query<T>(text)).rows;
    }
    const name = nameOf(text);
    const before = opening.take();
    if (before === null) return (await connection.query<T>({ name, text, values })).rows;
    const first = new PrefixedQuery(before, { name, text, values });
    connection.query(first);
    return (await first.result) as T[];
  };
  return {
    // Asks at the moment the statement runs, which may be long after it was built.
    knex: (table) =>
      knex(table).connection({
        query: (...sent: Parameters<QueryWithCallback>) => {
          const connection = open();
          opening.send();
          connection.query(...sent);
        },
      }),
    query,
    afterCommit: (fn) => {
      hooks.push(fn);
    },
    notify: async (channel, payload) => {
      await query("select pg_notify($1, $2)", [channel, payload]);
    },
  };
}
