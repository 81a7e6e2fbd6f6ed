import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";

/** Tables in weekly partitions; what is dropped first stands first. */
const tables = ["webhook_attempts", "webhook_deliveries", "events"];
const WEEKS_AHEAD = 4;
/** How long the log of deliveries can be read. */
const DAYS_KEPT = 30;

/** Makes the partitions of the coming weeks and drops expired ones. Run it at the start of a worker and daily. */
export async function keepEventLog(db: Database, clock: Clock): Promise<void> {
  for (const table of tables) {
    // One transaction each: a drop locks the table, and nothing else should wait for the next one too.
    await db.asSystem(`make and drop weekly partitions of ${table}`, (tx) =>
      tx.query("select app.keep_weeks($1, $2, $3, $4)", [table, WEEKS_AHEAD, DAYS_KEPT, clock.now()]),
    );
  }
}
