import { Stripe } from "stripe";
import type { Logger } from "../../platform/log/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { findCustomer } from "./customers.ts";
import type { BillingDeps } from "./deps.ts";

/**
 * Deletes an account's customer at Stripe, which ends its subscriptions at once: nobody shall pay for an account that is gone.
 * Invoices stay at Stripe, as the law wants. May be repeated; rejects while Stripe does not answer.
 */
export async function endCustomer(
  deps: Pick<BillingDeps, "db" | "stripe"> & { log: Logger },
  accountId: string,
): Promise<void> {
  const row = await findCustomer(deps, accountId);
  if (!row) return;
  try {
    const { stripe } = await deps.stripe.connect(row.mode);
    await stripe.customers.del(row.customer_id);
  } catch (error) {
    if (isGone(error)) return;
    if (!isWithoutKeys(error)) throw error;
    // Nothing can be ended from here, and after this nobody knows whose customer it was.
    deps.log.error(
      { mode: row.mode, customer_id: row.customer_id },
      "account deleted but its Stripe customer was not: no Stripe keys are set; delete the customer at Stripe, or it keeps being charged",
    );
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "resource_missing";
const isWithoutKeys = (error: unknown): boolean =>
  error instanceof ProblemError && error.code === "billing_not_configured";
