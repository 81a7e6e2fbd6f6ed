import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { insertAnomaly, selectExpensiveDays, selectSpending } from "./anomaly-store.ts";

/** How many days a day is compared with. */
const DAYS_BEFORE = 14;
/** So many of them must count, or nobody can say what is usual. */
const DAYS_MIN = 7;
const FACTOR = 5;
/** A day that costs less is none of anybody's concern, in micro-dollars. */
const FLOOR_MICROS = 1_000_000;

/**
 * What a day usually costs: the median of the days before that count. A day without calls costs 0, and days before the
 * account's first call do not count. Null: there are too few.
 */
function usualOf(spending: readonly number[]): number | null {
  if (spending.length < DAYS_MIN) return null;
  const sorted = spending.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return Math.round((low + high) / 2);
}

/**
 * Looks for days, today and yesterday, that cost far more than usual, and says so once for each account and day: the row that
 * remembers it and the event are one transaction.
 */
export async function watchCosts({ db, clock, emit }: { db: Database; clock: Clock; emit: EmitEvent }): Promise<void> {
  const now = clock.now();
  const days = await db.asSystem("find days that cost much", (tx) => selectExpensiveDays(tx, now, FLOOR_MICROS));
  for (const { account_id: accountId, day } of days) {
    await db.withTenant(accountId, async (tx) => {
      const { cost, before } = await selectSpending(tx, day, DAYS_BEFORE);
      const usual = usualOf(before);
      if (usual === null || cost < Math.max(FACTOR * usual, FLOOR_MICROS)) return;
      if (!(await insertAnomaly(tx, { day, cost, usual, now }))) return;
      const data = { object: "cost_anomaly", day, cost_micros: cost, usual_cost_micros: usual } as const;
      await emit(tx, { type: "usage.cost_anomaly", data });
    });
  }
}
