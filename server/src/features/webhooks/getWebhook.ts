import { ok, type Handler } from "../../platform/http/operation.ts";
import { findWebhook } from "./find.ts";
import { presentWebhook } from "./present.ts";
import type { WebhooksDeps } from "./deps.ts";

export const getWebhook =
  ({ db, clock }: Pick<WebhooksDeps, "db" | "clock">): Handler<"getWebhook"> =>
  async ({ principal, path }) =>
    ok(presentWebhook(await findWebhook(db, principal.accountId, path.webhook_id), clock.now()));
