import { ok, type Handler } from "../../platform/http/operation.ts";
import { drainKind } from "./delivery/work.ts";
import { endpointUrl } from "./endpoint-url.ts";
import { noSuchWebhook, webhookIdOf } from "./find.ts";
import { presentWebhook } from "./present.ts";
import type { WebhooksDeps } from "./deps.ts";
import { updateWebhook as update, type WebhookChange } from "./store.ts";

/** Changes what is named and leaves the rest. What a paused endpoint missed is sent when it is enabled again. */
export const updateWebhook =
  ({ clock, policy, work }: Pick<WebhooksDeps, "clock" | "policy" | "work">): Handler<"updateWebhook"> =>
  async ({ principal, path, body, write }) => {
    const id = webhookIdOf(path.webhook_id);
    const change: WebhookChange = {
      ...(body.url !== undefined && {
        url: { href: endpointUrl(body.url, policy), appClientId: principal.clientId ?? null },
      }),
      ...(body.description !== undefined && { description: body.description }),
      ...(body.event_types !== undefined && { eventTypes: body.event_types }),
      ...(body.ordered !== undefined && { ordered: body.ordered }),
      ...(body.ordered_on_failure !== undefined && { onFailure: body.ordered_on_failure }),
      ...(body.max_per_second !== undefined && { maxPerSecond: body.max_per_second }),
      ...(body.status !== undefined && { status: body.status }),
    };
    return write(async (tx) => {
      const row = await update(tx, id, change, clock.now());
      if (row === null) throw noSuchWebhook();
      if (row.status === "enabled") tx.afterCommit(() => work.enqueue(drainKind, { id, accountId: tx.accountId }));
      return ok(presentWebhook(row, clock.now()));
    });
  };
