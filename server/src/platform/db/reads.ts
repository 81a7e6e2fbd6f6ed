import type pg from "pg";
import { releaseClean } from "./connections.ts";
import type { Statement } from "./types.ts";

/**
 * Runs one statement in its own transaction, with `setup` in front of it, all sent at once. When the statement fails,
 * the transaction is aborted and its COMMIT is a rollback, so the connection is clean either way.
 */
export async function readInOneTrip<T extends object>(
  pool: pg.Pool,
  setup: pg.QueryConfig,
  statement: Statement,
): Promise<T[]> {
  const client = await pool.connect();
  try {
    const [begun, ready, result, done] = await Promise.allSettled([
      client.query("BEGIN READ ONLY"),
      client.query(setup),
      client.query<T>(statement),
      client.query("COMMIT"),
    ]);
    for (const step of [begun, ready, result, done]) if (step.status === "rejected") throw step.reason;
    return result.status === "fulfilled" ? result.value.rows : [];
  } finally {
    releaseClean(client);
  }
}
