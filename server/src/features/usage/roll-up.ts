import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { dayOf, hourOf, lockAlone, spanMs, type Span } from "./rolled.ts";
import { isRolled, replaceRollups, selectRollable } from "./roll-up-store.ts";
import { MINUTE_MS } from "../../platform/time/index.ts";

/** An hour is rolled up when it has been over for this long: what ended in it is stored by then, nearly always. */
const GRACE_MS = 2 * MINUTE_MS;

/**
 * Rolls up every hour that is over and every day whose hours are rolled up, unless that is done. Any number of workers may
 * do it at once: each hour is taken under a lock and looked at again. What was stored later has put its hour back.
 */
export async function rollUpUsage({ db, clock }: { db: Database; clock: Clock }): Promise<void> {
  for (const span of ["hour", "day"] as const) {
    const end = (span === "hour" ? hourOf : dayOf)(clock.now().getTime() - GRACE_MS);
    const starts = await db.asSystem(`find each ${span} of usage to roll up`, (tx) =>
      selectRollable(tx, span, new Date(end)),
    );
    for (const start of starts) await rollUp(db, span, start);
  }
}

async function rollUp(db: Database, span: Span, start: Date): Promise<void> {
  await db.asSystem(`roll up one ${span} of usage`, async (tx) => {
    await lockAlone(tx, span, start.getTime());
    if (!(await isRolled(tx, span, start)))
      await replaceRollups(tx, span, start, new Date(start.getTime() + spanMs[span]));
  });
}
