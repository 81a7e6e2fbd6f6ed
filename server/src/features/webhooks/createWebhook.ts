import { created, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import { endpointUrl } from "./endpoint-url.ts";
import { presentWebhook } from "./present.ts";
import type { WebhooksDeps } from "./deps.ts";
import { newSecret, sealSecret } from "./secret.ts";
import { countWebhooksAlone, insertWebhook } from "./store.ts";
import { sendTestEvent } from "./test-event.ts";

const WEBHOOKS_MAX = 50;

/** Creates an endpoint, shows its secret this once, and sends it a test event. */
export const createWebhook =
  (deps: Pick<WebhooksDeps, "clock" | "keyRing" | "policy" | "work">): Handler<"createWebhook"> =>
  async ({ principal: { accountId, clientId }, body, requestId, write }) => {
    const url = endpointUrl(body.url, deps.policy);
    return write(async (tx) => {
      if ((await countWebhooksAlone(tx)) >= WEBHOOKS_MAX) {
        throw new ProblemError("webhook_limit_reached", {
          detail: `This account has ${WEBHOOKS_MAX} webhooks, the most it may have. Delete one that is no longer used.`,
        });
      }
      const id = newId();
      const secret = newSecret();
      const row = await insertWebhook(tx, {
        id,
        url,
        appClientId: clientId ?? null,
        description: body.description ?? null,
        event_types: body.event_types ?? null,
        ordered: body.ordered ?? false,
        ordered_on_failure: body.ordered_on_failure ?? "skip",
        max_per_second: body.max_per_second ?? null,
        secret: sealSecret(deps.keyRing, accountId, id, secret),
        now: deps.clock.now(),
      });
      await sendTestEvent(deps, tx, { webhookId: id, type: "webhook.test", requestId });
      return created(
        { ...presentWebhook(row, deps.clock.now()), secret },
        { Location: `/v1/webhooks/${encodeId("whk", id)}` },
      );
    });
  };
