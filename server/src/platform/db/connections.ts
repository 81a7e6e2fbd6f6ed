import { type ClientBase, Pool, type PoolClient } from "pg";
import type { Logger } from "../log/index.ts";
import { parsers } from "./parsers.ts";
import { preparedSetups } from "./setups.ts";

/** How long a caller waits for a free connection before it gets an error. */
const ACQUIRE_TIMEOUT_MS = 10_000;

export function createPool(url: string, max: number, log: Logger): Pool {
  const pool = new Pool({
    connectionString: url,
    max,
    types: parsers,
    // Statements sent together travel together: what a transaction acts as goes out with its first statement.
    pipeline: true,
    onConnect: prepareSetups,
    connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
    keepAlive: true,
    application_name: "musicverse",
  });
  // A server that goes away ends idle and busy connections; unheard, that event would end the process.
  const onError = (error: Error) => log.warn({ err: error }, "database connection lost");
  pool.on("error", onError);
  pool.on("connect", (client) => client.on("error", onError));
  return pool;
}

/** The pool waits for it before it hands the connection out. */
async function prepareSetups(client: ClientBase): Promise<void> {
  await Promise.all(preparedSetups.map((setup) => client.query(setup)));
  // One of them is "begin".
  await client.query("rollback");
}

/** Gives a connection back; one that is not idle (a failed rollback, a dead socket) is thrown away instead. */
export function releaseClean(client: PoolClient): void {
  client.release(client.getTransactionStatus() !== "I");
}
