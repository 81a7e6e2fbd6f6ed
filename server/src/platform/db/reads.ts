import type { Pool, PoolClient } from "pg";
import { releaseClean } from "./connections.ts";
import { PrefixedQuery } from "./prefixed-query.ts";
import type { Setup } from "./setups.ts";
import type { Statement } from "./types.ts";

/** Reads that share a connection: enough to save writes, few enough that a burst still spreads over connections. */
const TOGETHER_MAX = 8;

/** Runs one statement, read-only, as the role or tenant of `setup`. */
export type Read = <T extends object>(setup: Setup, statement: Statement) => Promise<T[]>;

/**
 * Reads in one round trip. Setup and statement go out before one Sync message, and what stands before one Sync is one
 * transaction, so the setup ends with it without BEGIN and COMMIT (PostgreSQL manual, 54.2.3 "Extended Query"). That takes
 * half the CPU time of four pipelined statements. Reads asked for in one turn of the event loop travel together, each
 * still a transaction of its own: writing to a socket and waking a backend cost as much as the read itself.
 */
export function createReader(pool: Pool): Read {
  let waiting: PrefixedQuery[] = [];

  function sendWaiting(): void {
    const reads = waiting;
    waiting = [];
    for (let first = 0; first < reads.length; first += TOGETHER_MAX) {
      void sendTogether(pool, reads.slice(first, first + TOGETHER_MAX));
    }
  }

  return async <T>(setup: Setup, statement: Statement) => {
    if (waiting.length === 0) setImmediate(sendWaiting);
    const read = new PrefixedQuery(setup, statement);
    waiting.push(read);
    return (await read.result) as T[];
  };
}

/** Never rejects: each read tells its own caller how it went. */
async function sendTogether(pool: Pool, reads: PrefixedQuery[]): Promise<void> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    for (const read of reads) read.callback(error);
    return;
  }
  const { stream } = client.connection;
  stream.cork();
  for (const read of reads) client.query(read);
  stream.uncork();
  await Promise.allSettled(reads.map((read) => read.result));
  releaseClean(client);
}
