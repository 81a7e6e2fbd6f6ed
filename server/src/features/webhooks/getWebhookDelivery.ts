import { ok, type Handler } from "../../platform/http/operation.ts";
import { selectAttempts, selectDelivery, type AttemptRow, type DeliveryRow } from "./delivery-store.ts";
import { deliveryIdOf, noSuchDelivery, webhookIdOf } from "./find.ts";
import { presentDeliveryDetail } from "./present.ts";
import type { WebhooksDeps } from "./deps.ts";

/** What was sent and every answer. */
export const getWebhookDelivery =
  ({ db }: Pick<WebhooksDeps, "db">): Handler<"getWebhookDelivery"> =>
  async ({ principal: { accountId }, path }) => {
    const [webhookId, id] = [webhookIdOf(path.webhook_id), deliveryIdOf(path.delivery_id)];
    const [[row], attempts] = await Promise.all([
      db.readTenant<DeliveryRow & { payload: string }>(accountId, selectDelivery(accountId, webhookId, id)),
      db.readTenant<AttemptRow>(accountId, selectAttempts(accountId, id)),
    ]);
    if (row === undefined) throw noSuchDelivery();
    return ok(presentDeliveryDetail(row, attempts));
  };
