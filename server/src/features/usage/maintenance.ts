import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";

/** How long requests are kept one by one, and how long rollups are. */
export const DAYS_KEPT = 30;
export const MONTHS_KEPT = 13;

/** Makes the partitions of the coming days and drops expired ones, but no day that is not rolled up. Run it daily. */
export async function keepUsage({ db, clock }: { db: Database; clock: Clock }): Promise<void> {
  await db.asSystem("make and drop partitions of usage", (tx) =>
    tx.query("select app.keep_usage($1, $2, $3)", [clock.now(), DAYS_KEPT, MONTHS_KEPT]),
  );
}
