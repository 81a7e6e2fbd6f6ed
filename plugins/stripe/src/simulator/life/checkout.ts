import { invalid } from "../errors.ts";
import type { CheckoutSession } from "../shapes/kinds.ts";
import type { Change } from "../world.ts";
import { pay } from "./payment.ts";
import { subscribe } from "./subscription.ts";

/** The customer pays on the page, or their card is declined and they may try again. */
export async function submit(change: Change, session: CheckoutSession, succeeds: boolean): Promise<CheckoutSession> {
  const customer = await change.get("customer", session.customer);
  assertOpen(session, change.now(customer));
  const plan = await change.get("session_plan", planIdOf(session.id));
  if (!succeeds) {
    await pay(change, {
      customer,
      amount: session.amount_total,
      currency: session.currency,
      metadata: plan.metadata,
      succeeds,
    });
    return session;
  }
  const made =
    session.mode === "payment"
      ? {
          payment_intent: (
            await pay(change, {
              customer,
              amount: session.amount_total,
              currency: session.currency,
              metadata: plan.metadata,
              succeeds,
            })
          ).id,
        }
      : await subscribedBy(change, session);
  const details = {
    address: null,
    business_name: null,
    email: customer.email,
    individual_name: null,
    name: customer.name,
    phone: null,
    tax_exempt: "none",
    tax_ids: [],
  };
  const complete = {
    ...session,
    ...made,
    status: "complete" as const,
    payment_status: "paid" as const,
    url: null,
    customer_details: details,
  };
  await change.put("checkout_session", complete);
  await change.emit("checkout.session.completed", complete);
  return complete;
}

async function subscribedBy(
  change: Change,
  session: CheckoutSession,
): Promise<Pick<CheckoutSession, "subscription" | "invoice">> {
  const customer = await change.get("customer", session.customer);
  const {
    lines: [line],
    metadata,
  } = await change.get("session_plan", planIdOf(session.id));
  if (!line) throw invalid("The session has no line items.", "line_items");
  const { subscription, invoice } = await subscribe(change, {
    customer,
    price: line.price,
    quantity: line.quantity,
    metadata,
  });
  return { subscription: subscription.id, invoice: invoice.id };
}

export async function expire(change: Change, session: CheckoutSession): Promise<CheckoutSession> {
  if (session.status !== "open")
    throw invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This one is ${session.status}.`,
      "session",
    );
  const expired = { ...session, status: "expired" as const, url: null };
  await change.put("checkout_session", expired);
  await change.emit("checkout.session.expired", expired);
  return expired;
}

export const planIdOf = (sessionId: string): string => `plan_of_${sessionId}`;

function assertOpen({ status, expires_at: expiresAt }: CheckoutSession, now: number): void {
  if (status !== "open" || expiresAt <= now) throw invalid("This Checkout Session is no longer open.", "session");
}
