import { accepted, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { retryDelivery, selectDelivery, type DeliveryRow } from "./delivery-store.ts";
import { drainKind } from "./delivery/work.ts";
import { deliveryIdOf, noSuchDelivery, webhookIdOf } from "./find.ts";
import { presentDelivery } from "./present.ts";
import type { WebhooksDeps } from "./deps.ts";

/** Sends a finished delivery once more with the same body and id; if it fails it goes on with its schedule. */
export const retryWebhookDelivery =
  ({ db, clock, work }: Pick<WebhooksDeps, "db" | "clock" | "work">): Handler<"retryWebhookDelivery"> =>
  async ({ principal: { accountId }, path, write }) => {
    const [webhookId, id] = [webhookIdOf(path.webhook_id), deliveryIdOf(path.delivery_id)];
    const [known] = await db.readTenant<DeliveryRow>(accountId, selectDelivery(accountId, webhookId, id));
    if (known === undefined) throw noSuchDelivery();
    return write(async (tx) => {
      const row = await retryDelivery(tx, webhookId, id, clock.now());
      if (row === null) throw new ProblemError("delivery_not_retryable");
      tx.afterCommit(() => work.enqueue(drainKind, { id: webhookId, accountId }));
      return accepted(presentDelivery(row));
    });
  };
