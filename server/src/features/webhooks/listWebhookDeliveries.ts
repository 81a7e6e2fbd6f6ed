import { ok, type Handler } from "../../platform/http/operation.ts";
import { selectDeliveries, type DeliveryRow } from "./delivery-store.ts";
import { findWebhook } from "./find.ts";
import { presentDelivery } from "./present.ts";
import type { WebhooksDeps } from "./deps.ts";

export const listWebhookDeliveries =
  ({ db, cursors }: Pick<WebhooksDeps, "db" | "cursors">): Handler<"listWebhookDeliveries"> =>
  async ({ principal: { accountId }, path, query }) => {
    const { id } = await findWebhook(db, accountId, path.webhook_id);
    const filter = {
      status: query.status ?? null,
      eventType: query.event_type ?? null,
      since: query.since === undefined ? null : new Date(query.since),
      until: query.until === undefined ? null : new Date(query.until),
    };
    const scope = `deliveries|${accountId}|${id}|${JSON.stringify(filter)}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<DeliveryRow>(accountId, selectDeliveries(accountId, id, { ...page, ...filter }));
    return ok(cursors.page(rows, page, scope, presentDelivery));
  };
