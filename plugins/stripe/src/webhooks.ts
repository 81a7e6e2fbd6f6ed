import {
  PluginError,
  verifyTimestampedHmac,
  type WebhookDelivery,
  type WebhookEvent,
  type WebhookVerdict,
} from "@musicverse/plugin-kit";
import { z } from "zod";
import type { Context } from "./settings.ts";

const reference = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]).nullish();

/** What is read of an event (docs.stripe.com/api/events/object). Everything else of it is fetched when it is needed. */
const event = z.object({
  id: z.string().regex(/^[\x21-\x7e]{1,255}$/),
  type: z
    .string()
    .regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/)
    .max(100),
  created: z.int().min(0).max(253_402_300_799),
  data: z.object({
    object: z.object({
      id: z.string().max(255).nullish(),
      object: z.string().max(100),
      customer: reference,
      subscription: reference,
      invoice: reference,
      payment_intent: reference,
      charge: reference,
      parent: z.object({ subscription_details: z.object({ subscription: reference }).nullish() }).nullish(),
    }),
  }),
});

/** `Stripe-Signature: t=…,v1=…` over the raw bytes; the host refuses what was signed more than 5 minutes from now. */
export function verify(ctx: Context, delivery: WebhookDelivery): WebhookVerdict {
  return verifyTimestampedHmac(delivery, { header: "Stripe-Signature", secrets: [ctx.config.webhookSecret] });
}

export const eventId = (_ctx: Context, delivery: WebhookDelivery): string => read(delivery).id;

export const occurredAt = (_ctx: Context, delivery: WebhookDelivery): Date => new Date(read(delivery).created * 1000);

/**
 * `{ object, id, customer, subscription, invoice, payment_intent, charge }`, each an id or null: which things at Stripe the
 * event is about. What became of them has to be asked, since events come late, twice and in any order.
 */
export function normalize(_ctx: Context, delivery: WebhookDelivery): WebhookEvent {
  const { type, data } = read(delivery);
  const { object } = data;
  const idIf = (kind: string): string | null => (object.object === kind ? (object.id ?? null) : null);
  return {
    type,
    data: {
      object: object.object,
      id: object.id ?? null,
      customer: object.customer ?? idIf("customer"),
      // Since 2025-03-31 an invoice names its subscription in `parent`.
      subscription: object.subscription ?? object.parent?.subscription_details?.subscription ?? idIf("subscription"),
      invoice: object.invoice ?? idIf("invoice"),
      payment_intent: object.payment_intent ?? idIf("payment_intent"),
      charge: object.charge ?? idIf("charge"),
    },
  };
}

function read({ body }: WebhookDelivery): z.output<typeof event> {
  const parsed = event.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data;
  throw new PluginError("UPSTREAM", "the webhook is no event of Stripe");
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
