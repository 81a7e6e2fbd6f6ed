import type { Clock } from "../../platform/clock/index.ts";
import type { Database, SystemTx } from "../../platform/db/index.ts";
import { deleteReplaysFinishedBefore, deleteWebhooksDeletedBefore } from "./maintenance-store.ts";
import { DAY_MS } from "../../platform/time/index.ts";

/** As long as the log of deliveries. */
const KEPT_DAYS = 30;
const BATCH = 1000;

/** Replays that ended, and deleted endpoints once the log has dropped their last delivery: it goes by whole weeks. */
export async function forgetWebhooks({ db, clock }: { db: Database; clock: Clock }): Promise<void> {
  const before = new Date(clock.now().getTime() - KEPT_DAYS * DAY_MS);
  const inBatches = async (
    reason: string,
    forget: (tx: SystemTx, before: Date, limit: number) => Promise<number>,
  ): Promise<void> => {
    let gone = BATCH;
    while (gone === BATCH) gone = await db.asSystem(reason, (tx) => forget(tx, before, BATCH));
  };
  await inBatches("forget ended webhook replays", deleteReplaysFinishedBefore);
  await inBatches("forget deleted webhooks", deleteWebhooksDeletedBefore);
}
