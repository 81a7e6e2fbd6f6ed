import type { WorkEngine } from "../../platform/work/index.ts";
import type { FanOut } from "../events/index.ts";
import { newDeliveryId } from "./delivery-store.ts";
import { drainKind } from "./delivery/work.ts";

/** One delivery per subscribed endpoint that is enabled or paused, in the statement that writes the event. */
export const createFanOut = ({ work }: { work: Pick<WorkEngine, "enqueue"> }): FanOut => ({
  alongWith: ({ accountId, id, type, createdAt }) => ({
    members: {
      subscribed: `
        select id, status = 'enabled' and (resting_until is null or resting_until <= ${createdAt}) as ready
          from webhooks
         where account_id = ${accountId} and deleted_at is null and status in ('enabled', 'paused')
           and (event_types is null or ${type} = any (event_types))`,
      made: `
        insert into webhook_deliveries (account_id, id, webhook_id, event_id, event_type, next_attempt_at, created_at)
        select ${accountId}, ${newDeliveryId(id)}, id, ${id}, ${type}, ${createdAt}, ${createdAt} from subscribed`,
    },
    select: "select id as webhook_id from subscribed where ready",
  }),
  made(tx, rows) {
    // One that rests or is paused would only be looked at in vain: sweepers and its owner wake it up.
    tx.afterCommit(async () => {
      await Promise.all(rows.map(({ webhook_id: id }) => work.enqueue(drainKind, { id, accountId: tx.accountId })));
    });
  },
});
