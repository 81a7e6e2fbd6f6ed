import { ok, type Handler } from "../../platform/http/operation.ts";
import { presentWebhook } from "./present.ts";
import type { WebhooksDeps } from "./deps.ts";
import { selectWebhooks, type WebhookRow } from "./store.ts";

export const listWebhooks =
  ({ db, clock, cursors }: Pick<WebhooksDeps, "db" | "clock" | "cursors">): Handler<"listWebhooks"> =>
  async ({ principal: { accountId }, query }) => {
    const scope = `webhooks|${accountId}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<WebhookRow>(accountId, selectWebhooks(accountId, page));
    return ok(cursors.page(rows, page, scope, (row) => presentWebhook(row, clock.now())));
  };
