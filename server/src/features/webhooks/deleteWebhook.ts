import { noContent, type Handler } from "../../platform/http/operation.ts";
import { noSuchWebhook, webhookIdOf } from "./find.ts";
import type { WebhooksDeps } from "./deps.ts";
import { deleteWebhook as remove } from "./store.ts";

export const deleteWebhook =
  ({ clock }: Pick<WebhooksDeps, "clock">): Handler<"deleteWebhook"> =>
  async ({ path, write }) => {
    const id = webhookIdOf(path.webhook_id);
    return write(async (tx) => {
      if (!(await remove(tx, id, clock.now()))) throw noSuchWebhook();
      return noContent();
    });
  };
