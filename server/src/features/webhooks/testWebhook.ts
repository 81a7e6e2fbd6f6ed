import { accepted, type Handler } from "../../platform/http/operation.ts";
import { findWebhook, webhookIdOf } from "./find.ts";
import type { WebhooksDeps } from "./deps.ts";
import { sendTestEvent } from "./test-event.ts";

/** Sends a sample of any type to this endpoint only. */
export const testWebhook =
  (deps: Pick<WebhooksDeps, "db" | "clock" | "work">): Handler<"testWebhook"> =>
  async ({ principal: { accountId }, path, body, requestId, write }) => {
    const webhookId = webhookIdOf(path.webhook_id);
    await findWebhook(deps.db, accountId, path.webhook_id);
    return write(async (tx) => {
      const event = await sendTestEvent(deps, tx, { webhookId, type: body?.type ?? "webhook.test", requestId });
      return accepted(event, { Location: `/v1/events/${event.id}` });
    });
  };
