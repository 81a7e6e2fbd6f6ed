import { Stripe } from "stripe";
import { created, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { BOOST_ENTITLEMENT } from "./customer-state.ts";
import { withCustomer } from "./customers.ts";
import type { BillingDeps } from "./deps.ts";
import { repeatedAnswer, stripeOnce } from "./once.ts";
import { pricesOf, settingNameOf, type Sellable } from "./prices.ts";
import { allowedReturnUrl } from "./return-url.ts";
import { notConfigured } from "./stripe-access.ts";
import { atStripe } from "./stripe-problems.ts";

export const createCheckoutSession =
  (deps: BillingDeps): Handler<"createCheckoutSession"> =>
  async ({ principal, body, headers, write }) => {
    const { accountId, mode } = principal;
    const { item } = body;
    const urls = {
      success_url: allowedReturnUrl("success_url", body.success_url, deps),
      cancel_url: allowedReturnUrl("cancel_url", body.cancel_url, deps),
    };
    const repeated = await repeatedAnswer(write);
    if (repeated) return repeated;
    const session = await atStripe(async () => {
      const connection = await deps.stripe.connect(mode);
      const price = (await pricesOf(connection)).idOf(item);
      if (price === null)
        throw notConfigured(undefined, `This server sells no ${item}: the operator has to set ${settingNameOf(item)}.`);
      return withCustomer(deps, { accountId, mode }, async (customer) => {
        if (item !== "boost") await assertNotSubscribed(connection.stripe, customer);
        const wish = { ...urls, customer, ...lineOf(item, price, encodeId("acc", accountId)) };
        const made = await connection.stripe.checkout.sessions.create(
          wish,
          stripeOnce(`checkout of ${customer}`, principal, headers),
        );
        if (item !== "boost") await closeOlder(connection.stripe, { customer, than: made.id });
        return made;
      });
    });
    return write(() =>
      Promise.resolve(
        created({
          object: "checkout_session" as const,
          id: session.id,
          item,
          url: session.url ?? "",
          expires_at: new Date(session.expires_at * 1000).toISOString(),
        }),
      ),
    );
  };

/** The account and what it buys stand on the session and on what comes of it, for people who look at Stripe. */
function lineOf(item: Sellable, price: string, account: string): Stripe.Checkout.SessionCreateParams {
  const metadata = { account, entitlement: item === "boost" ? BOOST_ENTITLEMENT : `plan:${item}` };
  const common = { line_items: [{ price, quantity: 1 }], client_reference_id: account, metadata };
  return item === "boost"
    ? { ...common, mode: "payment", payment_intent_data: { metadata } }
    : { ...common, mode: "subscription", subscription_data: { metadata } };
}

/** A customer has at most a few that are not over; the first page shows them. */
async function assertNotSubscribed(stripe: Stripe, customer: string): Promise<void> {
  const { data } = await stripe.subscriptions.list({ customer, limit: 100 });
  if (!data.some(({ status }) => status !== "canceled" && status !== "incomplete_expired")) return;
  throw new ProblemError("already_subscribed", {
    detail: "The account has a subscription. Change or cancel it with POST /v1/billing/portal-sessions.",
  });
}

/**
 * A page that was left open is closed: paid besides the new one, it would be a second subscription. By Stripe's order, so that of
 * two that are asked for at once one stays. Throws ProblemError already_subscribed for one that was paid just now.
 */
async function closeOlder(stripe: Stripe, { customer, than }: { customer: string; than: string }): Promise<void> {
  const { data: newestFirst } = await stripe.checkout.sessions.list({ customer, status: "open", limit: 100 });
  const at = newestFirst.findIndex(({ id }) => id === than);
  const older = at < 0 ? [] : newestFirst.slice(at + 1).filter(({ mode }) => mode === "subscription");
  for (const { id } of older) {
    try {
      await stripe.checkout.sessions.expire(id);
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      await assertNotSubscribed(stripe, customer);
    }
  }
}
