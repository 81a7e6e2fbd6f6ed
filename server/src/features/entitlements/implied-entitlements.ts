import { boost, planIds, type HeldPlan } from "../plans/index.ts";
import type { CustomerState, SubscriptionState } from "./customer-state.ts";

/** A plan for some time, and what gives it. What a payment gives and what an administrator grants stay apart. */
export interface Entitlement extends HeldPlan {
  /** The provider's id of the subscription or payment; `grant` for what administrators give. Unique within its source. */
  ref: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** A paid period's end, when no word of the next one came: renewals are charged about an hour late, and events may be. */
const RENEWAL_GRACE_DAYS = 3;
/** From the start of a period that could not be charged: while the provider tries again, nothing is taken away. */
const PAST_DUE_GRACE_DAYS = 7;

/**
 * What a customer's state gives, from nothing but that state: whatever happened before, and in which order, is the same.
 * A subscription gives its plan while it is active or in trial: until the end of its period when it will not go on, else
 * three days longer; past due, until seven days into the period that is not paid; else nothing. A refund alone takes no plan
 * away, the end of the subscription does. Each boost paid, and neither refunded nor disputed, gives thirty days, one after
 * the other: one bought while another runs begins when that ends. (BIL-01, BIL-21)
 */
export function impliedEntitlements(state: CustomerState, now: Date): Entitlement[] {
  return [...state.subscriptions.flatMap(ofSubscription), ...ofBoosts(state)].filter(({ endsAt }) => endsAt === null || endsAt > now);
}

function ofSubscription(subscription: SubscriptionState): Entitlement[] {
  const { id, plan, startedAt } = subscription;
  const endsAt = endOf(subscription);
  const known = planIds.find((planId) => planId === plan);
  return endsAt && known ? [{ source: "plan", ref: id, plan: known, startsAt: startedAt, endsAt }] : [];
}

function endOf({ status, cancelAtPeriodEnd, currentPeriodStart, currentPeriodEnd }: SubscriptionState): Date | null {
  switch (status) {
    case "active":
    case "trialing":
      return cancelAtPeriodEnd ? currentPeriodEnd : daysAfter(currentPeriodEnd, RENEWAL_GRACE_DAYS);
    case "past_due": {
      const grace = daysAfter(currentPeriodStart, PAST_DUE_GRACE_DAYS);
      return grace < currentPeriodEnd ? grace : currentPeriodEnd;
    }
    default:
      return null;
  }
}

function ofBoosts({ boosts }: CustomerState): Entitlement[] {
  const kept = boosts.filter(({ refunded, disputed }) => !refunded && !disputed);
  const given: Entitlement[] = [];
  let free = new Date(0);
  for (const { id, paidAt } of kept.toSorted((a, b) => a.paidAt.getTime() - b.paidAt.getTime() || (a.id < b.id ? -1 : 1))) {
    const startsAt = paidAt > free ? paidAt : free;
    free = daysAfter(startsAt, boost.days);
    given.push({ source: "boost", ref: id, plan: boost.plan, startsAt, endsAt: free });
  }
  return given;
}

function daysAfter(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY_MS);
}
