import { createHmac } from "node:crypto";
import type { WebhookDelivery } from "@musicverse/plugin-kit";

/** A webhook as Stripe sends it: its bytes, and the header that signs them. */
export function signedEvent(event: object, secret: string, at: Date): WebhookDelivery {
  const body = JSON.stringify(event, null, 2);
  const seconds = Math.floor(at.getTime() / 1000);
  const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return {
    headers: {
      "stripe-signature": `t=${seconds},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39,v1=${signature}`,
    },
    body: Buffer.from(body),
  };
}

export const eventOf = (type: string, object: object, id = "evt_1Pgc76B7WZ01zgkWwyRHS12y") => ({
  id,
  object: "event",
  api_version: "2026-10-28.endive",
  created: 1_795_250_400,
  data: { object },
  livemode: false,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type,
});
