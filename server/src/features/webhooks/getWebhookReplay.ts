import { ok, type Handler } from "../../platform/http/operation.ts";
import { noSuchReplay, replayIdOf, webhookIdOf } from "./find.ts";
import type { WebhooksDeps } from "./deps.ts";
import { presentReplay } from "./replay/present.ts";
import { selectReplay, type ReplayRow } from "./replay/store.ts";

export const getWebhookReplay =
  ({ db }: Pick<WebhooksDeps, "db">): Handler<"getWebhookReplay"> =>
  async ({ principal: { accountId }, path }) => {
    const [webhookId, id] = [webhookIdOf(path.webhook_id), replayIdOf(path.replay_id)];
    const [row] = await db.readTenant<ReplayRow>(accountId, selectReplay(accountId, webhookId, id));
    if (row === undefined) throw noSuchReplay();
    return ok(presentReplay(row));
  };
