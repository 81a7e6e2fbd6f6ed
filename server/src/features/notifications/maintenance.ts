import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { deleteMailsBefore } from "./store.ts";
import { DAY_MS } from "../../platform/time/index.ts";

const DAYS_KEPT = 30;

/** Mails past their time, sent or not. */
export async function forgetMails({ db, clock }: { db: Database; clock: Clock }): Promise<void> {
  const moment = new Date(clock.now().getTime() - DAYS_KEPT * DAY_MS);
  await db.asSystem("delete old mails", (tx) => deleteMailsBefore(tx, moment));
}
