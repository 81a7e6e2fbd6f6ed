import { boost, planIds, type HeldPlan } from "../plans/index.ts";
import type { CustomerState, PaymentState, SubscriptionState } from "./customer-state.ts";
import { DAY_MS } from "../../platform/time/index.ts";

/** A plan for some time, and what gives it. What a payment gives and what an administrator grants stay apart. */
export interface Entitlement extends HeldPlan {
  /** Who was paid: the plugin's id; null for what administrators give. */
  provider: string | null;
  /** The provider's id of the subscription or payment; `grant` for what administrators give. Unique within its source and provider. */
  ref: string;
}

type Paid = Omit<Entitlement, "provider">;

/** A paid period's end, when no word of the next one came: renewals are charged about an hour late, and events may be. */
const RENEWAL_GRACE_DAYS = 3;
/** From the start of a period that could not be charged: while the provider tries again, nothing is taken away. */
const PAST_DUE_GRACE_DAYS = 7;

/** Disputes that take no money away: won, or inquiries that came to nothing or are still answered. */
const harmlessDisputes: readonly string[] = ["won", "warning_needs_response", "warning_under_review", "warning_closed"];

/**
 * What a customer's state gives, from nothing but that state: whatever happened before, and in which order, is the same.
 * A subscription gives its plan while it is active or in trial: until its end when it will not go on, else until three days
 * after its period; past due, until seven days into the period that is not paid; else nothing, and nothing while its newest
 * payment is wholly refunded or taken back by a dispute. Each boost that is paid, and was not given back so, gives thirty days,
 * one after the other: one bought while another runs begins when that ends.
 */
export function impliedEntitlements(provider: string, state: CustomerState, now: Date): Entitlement[] {
  return [...state.subscriptions.flatMap(ofSubscription), ...ofBoosts(state)]
    .filter(({ endsAt }) => endsAt === null || endsAt > now)
    .map((paid) => ({ ...paid, provider }));
}

function ofSubscription(subscription: SubscriptionState): Paid[] {
  const { id, plan, createdAt, latestPayment } = subscription;
  const endsAt = endOf(subscription);
  const known = planIds.find((planId) => planId === plan);
  if (!endsAt || endsAt <= createdAt || !known || (latestPayment && isGivenBack(latestPayment))) return [];
  return [{ source: "plan", ref: id, plan: known, startsAt: createdAt, endsAt }];
}

function endOf({
  status,
  cancelAtPeriodEnd,
  cancelAt,
  currentPeriodStart,
  currentPeriodEnd,
}: SubscriptionState): Date | null {
  const stops = cancelAtPeriodEnd ? currentPeriodEnd : cancelAt;
  switch (status) {
    case "active":
    case "trialing":
      return earlier(stops, daysAfter(currentPeriodEnd, RENEWAL_GRACE_DAYS));
    case "past_due":
      return earlier(earlier(stops, currentPeriodEnd), daysAfter(currentPeriodStart, PAST_DUE_GRACE_DAYS));
    default:
      return null;
  }
}

function ofBoosts({ boosts }: CustomerState): Paid[] {
  const kept = boosts.filter((payment) => !isGivenBack(payment));
  const given: Paid[] = [];
  let free = new Date(0);
  for (const { paymentIntentId: ref, paidAt } of kept.toSorted(
    (a, b) => a.paidAt.getTime() - b.paidAt.getTime() || (a.paymentIntentId < b.paymentIntentId ? -1 : 1),
  )) {
    const startsAt = paidAt > free ? paidAt : free;
    free = daysAfter(startsAt, boost.days);
    given.push({ source: "boost", ref, plan: boost.plan, startsAt, endsAt: free });
  }
  return given;
}

function isGivenBack({ refunded, dispute }: PaymentState): boolean {
  return refunded || (dispute !== null && !harmlessDisputes.includes(dispute));
}

function earlier(a: Date | null, b: Date): Date {
  return a && a < b ? a : b;
}

function daysAfter(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY_MS);
}
