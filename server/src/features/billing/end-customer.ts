import { Stripe } from "stripe";
import { ProblemError } from "../../platform/http/problem.ts";
import { findCustomer } from "./customers.ts";
import type { BillingDeps } from "./deps.ts";

/**
 * Deletes an account's customer at Stripe, which ends its subscriptions at once: nobody shall pay for an account that is gone.
 * Invoices stay at Stripe, as the law wants. May be repeated; rejects while Stripe does not answer.
 */
export async function endCustomer(deps: Pick<BillingDeps, "db" | "stripe">, accountId: string): Promise<void> {
  const row = await findCustomer(deps, accountId);
  if (!row) return;
  try {
    const { stripe } = await deps.stripe.connect(row.mode);
    await stripe.customers.del(row.customer_id);
  } catch (error) {
    if (!isOver(error)) throw error;
  }
}

/** It is gone already; or the operator took the keys away, and without them nothing can be ended from here. */
function isOver(error: unknown): boolean {
  if (error instanceof ProblemError) return error.code === "billing_not_configured";
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "resource_missing";
}
