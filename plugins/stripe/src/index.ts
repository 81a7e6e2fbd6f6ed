import { definePlugin } from "@musicverse/plugin-kit";
import manifest from "../package.json" with { type: "json" };
import { settings } from "./settings.ts";
import { simulatedKey } from "./simulator/key.ts";
import { eventId, normalize, occurredAt, verify } from "./webhooks.ts";

export default definePlugin({
  id: "stripe",
  version: manifest.version,
  kit: "^0.1.0",
  name: "Stripe",
  docs: "https://docs.stripe.com/keys",
  config: settings,
  hosts: [],
  capabilities: { webhooks: { verify, eventId, occurredAt, normalize } },
  simulator: {
    config: (origin, { webhookSecret }) => ({ secretKey: simulatedKey, webhookSecret, baseUrl: origin }),
    load: async () => (await import("./simulator/index.ts")).createStripeSimulator,
  },
});
