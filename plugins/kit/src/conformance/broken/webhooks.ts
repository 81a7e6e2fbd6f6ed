import { createHash } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { verifyStandardWebhook } from "../../signatures.ts";
import type { WebhookDelivery, WebhooksCapability } from "../../capabilities/webhooks.ts";
import type { Broken } from "./broken.ts";
import { chimeWebhooks, secretsOf } from "./chime-webhooks.ts";
import { chimeWith } from "./chime.ts";

export const chimeHearing = (webhooks: Partial<WebhooksCapability>) => {
  const plugin = chimeWith();
  return { ...plugin, capabilities: { ...plugin.capabilities, webhooks: { ...chimeWebhooks, ...webhooks } } };
};

export const brokenWebhooks: readonly Broken[] = [
  {
    rule: "webhook-good",
    how: "expects the signature without its version, and refuses everybody",
    plugin: chimeHearing({
      verify(ctx, { headers, body }) {
        const signature = (headers["webhook-signature"] ?? "").replace("v1,", "");
        return verifyStandardWebhook({ headers: { ...headers, "webhook-signature": signature }, body }, secretsOf(ctx));
      },
    }),
  },
  {
    rule: "webhook-bad",
    how: "verifies what it parsed, not what was sent",
    plugin: chimeHearing({
      verify: (ctx, delivery) => verifyStandardWebhook({ ...delivery, body: rewritten(delivery) }, secretsOf(ctx)),
    }),
  },
  {
    rule: "webhook-short",
    how: "compares as many characters as it was given",
    plugin: chimeHearing({
      verify(ctx, delivery) {
        const {
          "webhook-id": id = "",
          "webhook-timestamp": seconds = "",
          "webhook-signature": given = "",
        } = delivery.headers;
        const signedAt = new Date(Number(seconds) * 1000);
        const wanted = new Webhook(secretsOf(ctx)[0] ?? "").sign(id, signedAt, Buffer.from(delivery.body));
        return given !== "" && wanted.startsWith(given)
          ? { verified: true, signedAt }
          : { verified: false, reason: "no signature fits" };
      },
    }),
  },
  {
    rule: "webhook-old",
    how: "gives the time of its own clock, so that a recorded delivery is good for ever",
    plugin: chimeHearing({
      verify(ctx, delivery) {
        const verdict = verifyStandardWebhook(delivery, secretsOf(ctx));
        return verdict.verified ? { verified: true, signedAt: ctx.clock.now() } : verdict;
      },
    }),
  },
  {
    rule: "webhook-replay",
    how: "makes the id from the signature, which is another each time",
    plugin: chimeHearing({
      eventId: (_ctx, { headers }) =>
        createHash("sha256")
          .update(headers["webhook-signature"] ?? "")
          .digest("hex"),
    }),
  },
];

function rewritten({ body }: WebhookDelivery): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString())));
  } catch {
    return body;
  }
}
