import type { Clock } from "../../../platform/clock/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import type { Logger } from "../../../platform/log/index.ts";
import { purgeUnknown, markUnseenSince } from "./store.ts";
import { HOUR_MS } from "../../../platform/time/index.ts";

/** Each customer is compared within a day of the last look at it. */
const EVERY_MS = 20 * HOUR_MS;
const UNKNOWN_KEPT_MS = 7 * 24 * HOUR_MS;
/** Marked at a turn: with a turn each minute 144,000 a day, and never many at once. */
const BATCH = 100;

/**
 * Has customers looked at that nobody looked at for a day, some at each turn: whatever event was missed, its effect is there
 * by tomorrow. It needs no memory of where it was, since each look is written down.
 */
export async function reconcileCustomers({
  db,
  clock,
  log,
  providers,
}: {
  db: Database;
  clock: Clock;
  log: Logger;
  providers: readonly string[];
}): Promise<void> {
  const at = clock.now();
  const before = (ms: number) => new Date(at.getTime() - ms);
  await db.asSystem("have customers compared that nobody looked at for a day", (tx) =>
    markUnseenSince(tx, { providers, since: before(EVERY_MS), at, limit: BATCH }),
  );
  const gone = await db.asSystem("forget customers who are nobody", (tx) => purgeUnknown(tx, before(UNKNOWN_KEPT_MS)));
  for (const { provider, mode, subject } of gone)
    log.warn({ provider, mode, subject }, "removed a payment-provider customer that belongs to no account");
}
