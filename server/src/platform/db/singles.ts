import type { Pool, PoolClient } from "pg";
import { releaseClean } from "./connections.ts";
import { PrefixedQuery } from "./prefixed-query.ts";
import type { Setup } from "./setups.ts";
import type { Statement } from "./types.ts";

/** Statements that share a connection: enough to save writes, few enough that a burst still spreads over connections. */
const TOGETHER_MAX = 8;

/** Runs one statement, as the role or tenant of `setup`. */
export type RunSingle = <T extends object>(setup: Setup, statement: Statement) => Promise<T[]>;

/**
 * Transactions of one statement, in one round trip. Setup and statement go out before one Sync message, and what stands
 * before one Sync is one transaction, so the setup ends with it without BEGIN and COMMIT (PostgreSQL manual, 54.2.3
 * "Extended Query"). That takes half the CPU time of four pipelined statements. Those asked for in one turn of the event
 * loop travel together, each still a transaction of its own: writing to a socket and waking a backend cost as much as a
 * read itself.
 */
export function createSingles(pool: Pool, { togetherMax = TOGETHER_MAX } = {}): RunSingle {
  let waiting: PrefixedQuery[] = [];

  function sendWaiting(): void {
    const singles = waiting;
    waiting = [];
    for (let first = 0; first < singles.length; first += togetherMax) {
      void sendTogether(pool, singles.slice(first, first + togetherMax));
    }
  }

  return async <T>(setup: Setup, statement: Statement) => {
    if (waiting.length === 0) setImmediate(sendWaiting);
    const single = new PrefixedQuery([setup], statement);
    waiting.push(single);
    return (await single.result) as T[];
  };
}

/** Never rejects: each tells its own caller how it went. */
async function sendTogether(pool: Pool, singles: PrefixedQuery[]): Promise<void> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    for (const single of singles) single.callback(error);
    return;
  }
  const { stream } = client.connection;
  stream.cork();
  for (const single of singles) client.query(single);
  stream.uncork();
  await Promise.allSettled(singles.map((single) => single.result));
  releaseClean(client);
}
