import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { rollUpDay, selectDaysDue } from "./roll-up-store.ts";

const AT_ONCE = 500;

/**
 * Sums up each account's days that are over. Any number of workers may do it at once, and again: a day is rolled up from all
 * of its entries, and an entry that comes later makes it due again.
 */
export async function rollUpCosts({ db, clock }: { db: Database; clock: Clock }): Promise<void> {
  for (let found = AT_ONCE; found === AT_ONCE;) {
    const days = await db.asSystem("find days of costs to roll up", (tx) => selectDaysDue(tx, clock.now(), AT_ONCE));
    found = days.length;
    for (const day of days) await db.asSystem("roll up an account's costs of one day", (tx) => rollUpDay(tx, day));
  }
}
