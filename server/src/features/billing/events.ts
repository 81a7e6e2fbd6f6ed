import type { IncomingEvent } from "../incoming-events/index.ts";
import type { StripeAccess } from "./stripe-access.ts";

/** Events of Stripe after which a customer may have something else than before. */
export const billingEventTypes = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "customer.deleted",
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "customer.subscription.paused",
  "customer.subscription.resumed",
  "invoice.paid",
  "invoice.payment_failed",
  "charge.refunded",
  "charge.dispute.created",
  "charge.dispute.closed",
] as const;

/**
 * The customer that an event is about; null: nobody's. A dispute names only its charge, so Stripe is asked: not within a
 * transaction. Throws ProblemError billing_not_configured, and errors of the library.
 */
export async function customerOfEvent(
  { stripe: access }: { stripe: StripeAccess },
  { data, mode }: Pick<IncomingEvent, "data" | "mode">,
): Promise<string | null> {
  const { customer, charge } = data;
  if (typeof customer === "string") return customer;
  if (typeof charge !== "string") return null;
  const { stripe } = await access.connect(mode);
  const { customer: of } = await stripe.charges.retrieve(charge);
  return typeof of === "string" ? of : (of?.id ?? null);
}
