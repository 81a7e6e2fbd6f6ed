import type { WorkEngine } from "../../platform/work/index.ts";
import type { FanOut } from "../events/index.ts";
import { newDeliveryId } from "./delivery-store.ts";
import { drainKind } from "./delivery/work.ts";

/** One delivery per subscribed endpoint that is enabled or paused, in the transaction of the event (WHK-02). */
export function createFanOut({ work }: { work: Pick<WorkEngine, "enqueue"> }): FanOut {
  return async (tx, event) => {
    const rows = await tx.query<{ webhook_id: string }>(
      `insert into webhook_deliveries (account_id, id, webhook_id, event_id, event_type, next_attempt_at, created_at)
       select w.account_id, ${newDeliveryId("$2::uuid")}, w.id, $2, $3, $4, $4
         from webhooks w
        where w.account_id = $1 and w.deleted_at is null and w.status in ('enabled', 'paused')
          and (w.event_types is null or $3 = any (w.event_types))
       returning webhook_id`,
      [tx.accountId, event.id, event.type, event.createdAt],
    );
    tx.afterCommit(async () => {
      await Promise.all(rows.map(({ webhook_id: id }) => work.enqueue(drainKind, { id, accountId: tx.accountId })));
    });
  };
}
