import type { Stripe } from "stripe";
import type { PlanId } from "../plans/index.ts";
import { pricesOf } from "./prices.ts";
import type { Mode, StripeAccess } from "./stripe-access.ts";

/** All that Stripe says now about what a customer has and paid. Amounts in the smallest unit of the currency. */
export interface CustomerState {
  customerId: string;
  /** Deleted at Stripe: has nothing, and cannot buy. */
  deleted: boolean;
  /** All of them, ended ones too, the newest first. */
  subscriptions: SubscriptionState[];
  /** Payments for the add-on that succeeded, the newest first. */
  boosts: PaymentState[];
  /** When the first request of this reading began, by our clock: nothing in it is older. */
  fetchedAt: Date;
}

export interface SubscriptionState {
  id: string;
  status: Stripe.Subscription.Status;
  priceId: string;
  /** Null: no price of ours. */
  plan: PlanId | null;
  currentPeriodStart: Date;
  currentPeriodEnd: Date;
  cancelAtPeriodEnd: boolean;
  cancelAt: Date | null;
  canceledAt: Date | null;
  endedAt: Date | null;
  createdAt: Date;
  /** The payment of the newest invoice that was paid or tried; null: there is none yet. */
  latestPayment: PaymentState | null;
}

export interface PaymentState {
  paymentIntentId: string;
  chargeId: string;
  paidAt: Date;
  amount: number;
  amountRefunded: number;
  /** Wholly. */
  refunded: boolean;
  /** Null: nobody disputes it. `lost` takes the money back for good, `won` ends it in our favour. */
  dispute: Stripe.Dispute.Status | null;
}

/** What a checkout of the add-on writes on its payment. */
export const BOOST_ENTITLEMENT = "boost";

const PAGE = 100;

/** Reads every page of it anew. Throws ProblemError billing_not_configured, and errors of the library. */
export async function fetchCustomerState(
  { stripe: access, clock }: { stripe: StripeAccess; clock: { now(): Date } },
  { customerId, mode }: { customerId: string; mode: Mode },
): Promise<CustomerState> {
  const connection = await access.connect(mode);
  const { stripe } = connection;
  const fetchedAt = clock.now();
  const [prices, customer] = await Promise.all([pricesOf(connection), stripe.customers.retrieve(customerId)]);
  if (customer.deleted) return { customerId, deleted: true, subscriptions: [], boosts: [], fetchedAt };
  const [subscriptions, intents] = await Promise.all([
    all(
      stripe.subscriptions.list({
        customer: customerId,
        status: "all",
        limit: PAGE,
        expand: ["data.latest_invoice.payments"],
      }),
    ),
    all(stripe.paymentIntents.list({ customer: customerId, limit: PAGE, expand: ["data.latest_charge"] })),
  ]);
  const payments = new Map<string, PaymentState>();
  for (const intent of intents) {
    const payment = await paymentOf(stripe, intent);
    if (payment) payments.set(intent.id, payment);
  }
  return {
    customerId,
    deleted: false,
    subscriptions: subscriptions.flatMap((subscription) =>
      subscriptionOf(subscription, (price) => prices.planOf(price), payments),
    ),
    boosts: intents.flatMap(({ id, metadata }) =>
      metadata["entitlement"] === BOOST_ENTITLEMENT ? (payments.get(id) ?? []) : [],
    ),
    fetchedAt,
  };
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(one);
  return found;
}

/** Null: not paid. */
async function paymentOf(
  stripe: Stripe,
  { id, latest_charge: charge, created }: Stripe.PaymentIntent,
): Promise<PaymentState | null> {
  if (charge === null || typeof charge === "string" || !charge.paid) return null;
  // A charge says that it was disputed, not how that ended.
  const disputes = charge.disputed ? await all(stripe.disputes.list({ charge: charge.id, limit: PAGE })) : [];
  return {
    paymentIntentId: id,
    chargeId: charge.id,
    paidAt: new Date((charge.created ?? created) * 1000),
    amount: charge.amount,
    amountRefunded: charge.amount_refunded,
    refunded: charge.refunded,
    dispute: charge.disputed ? (disputes[0]?.status ?? "needs_response") : null,
  };
}

/** Its period is its item's (since 2025-03-31); [] for one without an item, which sells nothing. */
function subscriptionOf(
  subscription: Stripe.Subscription,
  planOf: (price: Stripe.Price) => PlanId | null,
  payments: ReadonlyMap<string, PaymentState>,
): SubscriptionState[] {
  const [item] = subscription.items.data;
  if (!item) return [];
  return [
    {
      id: subscription.id,
      status: subscription.status,
      priceId: item.price.id,
      plan: planOf(item.price),
      currentPeriodStart: new Date(item.current_period_start * 1000),
      currentPeriodEnd: new Date(item.current_period_end * 1000),
      cancelAtPeriodEnd: subscription.cancel_at_period_end,
      cancelAt: dateOf(subscription.cancel_at),
      canceledAt: dateOf(subscription.canceled_at),
      endedAt: dateOf(subscription.ended_at),
      createdAt: new Date(subscription.created * 1000),
      latestPayment: latestPaymentOf(subscription.latest_invoice, payments),
    },
  ];
}

function latestPaymentOf(
  invoice: Stripe.Subscription["latest_invoice"],
  payments: ReadonlyMap<string, PaymentState>,
): PaymentState | null {
  if (invoice === null || typeof invoice === "string") return null;
  for (const { payment } of invoice.payments?.data ?? []) {
    const intent = payment.payment_intent;
    const found = payments.get(typeof intent === "string" ? intent : (intent?.id ?? ""));
    if (found) return found;
  }
  return null;
}

const dateOf = (seconds: number | null): Date | null => (seconds === null ? null : new Date(seconds * 1000));
