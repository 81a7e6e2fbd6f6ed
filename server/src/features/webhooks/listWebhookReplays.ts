import { ok, type Handler } from "../../platform/http/operation.ts";
import { findWebhook } from "./find.ts";
import type { WebhooksDeps } from "./deps.ts";
import { presentReplay } from "./replay/present.ts";
import { selectReplays, type ReplayRow } from "./replay/store.ts";

export const listWebhookReplays =
  ({ db, cursors }: Pick<WebhooksDeps, "db" | "cursors">): Handler<"listWebhookReplays"> =>
  async ({ principal: { accountId }, path, query }) => {
    const { id } = await findWebhook(db, accountId, path.webhook_id);
    const scope = `replays|${accountId}|${id}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<ReplayRow>(accountId, selectReplays(accountId, id, page));
    return ok(cursors.page(rows, page, scope, presentReplay));
  };
