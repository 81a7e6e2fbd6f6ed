import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { deleteFinishedBefore } from "./store.ts";
import { DAY_MS } from "../../platform/time/index.ts";

/** How long an event is remembered, and with it that it was received. */
export const KEPT_DAYS = 30;
const BATCH = 1000;

/** Events that are finished and past their time. */
export async function forgetIncomingEvents({ db, clock }: { db: Database; clock: Clock }): Promise<void> {
  const before = new Date(clock.now().getTime() - KEPT_DAYS * DAY_MS);
  let gone = BATCH;
  while (gone === BATCH)
    gone = await db.asSystem("forget old incoming events", (tx) => deleteFinishedBefore(tx, before, BATCH));
}
