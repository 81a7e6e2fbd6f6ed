import { Stripe } from "stripe";
import { ProblemError } from "../../platform/http/problem.ts";
import { notConfigured } from "./stripe-access.ts";

/** What an error of Stripe's library means for who asked us; what is nobody's fault but ours stays a bug. */
function problemOf(error: unknown): unknown {
  const { errors } = Stripe;
  if (error instanceof errors.StripeIdempotencyError) return new ProblemError("idempotency_mismatch", { cause: error });
  if (error instanceof errors.StripeAuthenticationError || error instanceof errors.StripePermissionError) {
    return notConfigured(
      error,
      "Stripe rejected this server's key. The operator must check STRIPE_SECRET_KEY and its permissions.",
    );
  }
  if (
    error instanceof errors.StripeInvalidRequestError &&
    error.code === "resource_missing" &&
    (error.param ?? "").startsWith("line_items")
  ) {
    return notConfigured(
      error,
      "Stripe does not know the configured price. The operator must check the STRIPE_PRICE_ settings.",
    );
  }
  if (!passes(error)) return error;
  return new ProblemError("plugin_unavailable", {
    detail: "Stripe is not responding at the moment. Retry the same request in 10 seconds.",
    headers: { "Retry-After": "10" },
    cause: error,
  });
}

/** Whatever it says with a 5xx or 429, or instead of an answer, is over some time. */
function passes(error: unknown): boolean {
  const { errors } = Stripe;
  if (!(error instanceof errors.StripeError)) return false;
  const status = error.statusCode ?? 0;
  return (
    status >= 500 ||
    status === 429 ||
    error instanceof errors.StripeConnectionError ||
    error instanceof errors.StripeAPIError
  );
}

/** Does `work` at Stripe; rejects with ProblemError for everything that is to be expected. */
export async function atStripe<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw problemOf(error);
  }
}
