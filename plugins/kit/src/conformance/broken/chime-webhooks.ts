import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { PluginContext } from "../../context.ts";
import { PluginError } from "../../errors.ts";
import { verifyStandardWebhook } from "../../signatures.ts";
import type { WebhookDelivery, WebhooksCapability } from "../../capabilities/webhooks.ts";
import type { WebhookSamples } from "../subject.ts";

const event = z.object({ id: z.string(), at: z.iso.datetime(), song: z.string() });

export const secretsOf = ({ config: { webhookSecret } }: PluginContext): string[] =>
  typeof webhookSecret === "string" ? [webhookSecret] : [];

function read({ body }: WebhookDelivery): z.output<typeof event> {
  const parsed = event.safeParse(JSON.parse(new TextDecoder().decode(body)));
  if (!parsed.success) throw new PluginError("UPSTREAM", "the webhook is no event");
  return parsed.data;
}

/** What Chime tells when a song is done, after Standard Webhooks. */
export const chimeWebhooks: WebhooksCapability = {
  verify: (ctx, delivery) => verifyStandardWebhook(delivery, secretsOf(ctx)),
  eventId: (_ctx, { headers }) => headers["webhook-id"] ?? "",
  occurredAt: (_ctx, delivery) => new Date(read(delivery).at),
  normalize: (_ctx, delivery) => ({ type: "song.done", data: { song: read(delivery).song } }),
};

export const webhookSamples: WebhookSamples = {
  deliver(which, at, config) {
    const id = `msg_${which}`;
    const body = JSON.stringify({ id, at: "2026-06-01T11:59:00Z", song: `song of the ${which}` });
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const signature = new Webhook(config["webhookSecret"] ?? "").sign(id, at, body);
    const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
    return { headers, body: new TextEncoder().encode(body) };
  },
  otherConfig: { webhookSecret: "whsec_Z3Vlc3NlZCBieSBhIGZvcmdlcg==" },
  signatureHeader: "webhook-signature",
};
