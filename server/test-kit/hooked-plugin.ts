import { createHmac } from "node:crypto";
import {
  definePlugin,
  PluginError,
  secret,
  verifyTimestampedHmac,
  type AnyPlugin,
  type WebhookDelivery,
} from "@musicverse/plugin-kit";
import { createSimulator } from "@musicverse/plugin-kit/simulator";
import { installedPackages, type PluginSource } from "../src/platform/plugins/index.ts";

const installed = installedPackages();

/** A plugin whose provider sends webhooks as Stripe does: `Stripe-Signature: t=…,v1=…`, `{ id, type, created, data }`. */

interface Body {
  id: string;
  type: string;
  created: number;
  data: { object: Record<string, never> };
}

function read({ body }: WebhookDelivery): Body {
  try {
    const read = JSON.parse(new TextDecoder().decode(body)) as Partial<Body> | null;
    if (typeof read?.id === "string" && typeof read.type === "string" && typeof read.created === "number")
      return read as Body;
  } catch {
    // Not JSON: nothing of it can be read either.
  }
  throw new PluginError("UPSTREAM", "the webhook is no event");
}

const hookedPlugin: AnyPlugin = definePlugin({
  id: "hooked",
  version: "1.0.0",
  kit: "^0.1.0",
  name: "Hooked",
  docs: "https://hooked.example/docs",
  config: { webhookSecret: secret({ description: "Secret of the webhook endpoint.", example: "whsec_0123456789" }) },
  hosts: [],
  capabilities: {
    webhooks: {
      verify: (ctx, delivery) =>
        verifyTimestampedHmac(delivery, { header: "Stripe-Signature", secrets: [ctx.config.webhookSecret] }),
      eventId: (_ctx, delivery) => read(delivery).id,
      occurredAt: (_ctx, delivery) => new Date(read(delivery).created * 1000),
      normalize: (_ctx, delivery) => {
        const { type, data } = read(delivery);
        return type.startsWith("unknown.") ? null : { type, data: data.object };
      },
    },
  },
  simulator: {
    config: (_origin, { webhookSecret }) => ({ webhookSecret }),
    load: async () => (options) => createSimulator(options ?? {}, () => undefined),
  },
});

export const liveWebhookSecret = "whsec_canary_of_the_live_account";
export const hookedEnv = { PLUGINS: "minimax,spotify,stripe,hooked", HOOKED_WEBHOOK_SECRET: liveWebhookSecret };

/** The installed packages, and `hooked`. */
export const hookedSource: PluginSource = {
  find: (name) =>
    name === "hooked" ? { packageName: "hooked", version: "1.0.0", kit: "^0.1.0" } : installed.find(name),
  load: async (name) => (name === "hooked" ? { default: hookedPlugin } : installed.load(name)),
};

/** A webhook of the provider: its bytes, and the header that signs them. */
export function signed(
  body: string,
  { secret: key = liveWebhookSecret, at = new Date() }: { secret?: string; at?: Date } = {},
) {
  const seconds = Math.floor(at.getTime() / 1000);
  const signature = createHmac("sha256", key).update(`${seconds}.${body}`).digest("hex");
  return {
    raw: body,
    headers: { "Content-Type": "application/json", "Stripe-Signature": `t=${seconds},v1=${signature}` },
  };
}

export function bodyOf(id: string, { type = "invoice.paid", created = new Date(), note = "" } = {}): string {
  return JSON.stringify({
    id,
    type,
    created: Math.floor(created.getTime() / 1000),
    data: { object: { invoice: `in_${id}`, note } },
  });
}
