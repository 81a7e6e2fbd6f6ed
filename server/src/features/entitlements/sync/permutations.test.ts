import { expect, test } from "vitest";
import type { CustomerState, PaymentState, SubscriptionState } from "../customer-state.ts";
import { differences, type Difference } from "../differences.ts";
import { impliedEntitlements, type Entitlement } from "../implied-entitlements.ts";

/** What happened at the provider, in this order; each made the customer's state what it says. */
const now = new Date("2026-11-21T12:00:00Z");
const day = (days: number) => new Date(now.getTime() + days * 86_400_000);
const subscribed = (more: Partial<SubscriptionState>): SubscriptionState => ({
  id: "sub_1",
  status: "active",
  plan: "basic",
  createdAt: day(-9),
  currentPeriodStart: day(-9),
  currentPeriodEnd: day(21),
  cancelAtPeriodEnd: false,
  cancelAt: null,
  endedAt: null,
  latestPayment: null,
  ...more,
});
const boost = (more: Partial<PaymentState> = {}): PaymentState => ({
  paymentIntentId: "pi_1",
  paidAt: day(-5),
  refunded: false,
  dispute: null,
  ...more,
});

const happened: Record<string, CustomerState> = {
  created: { subscriptions: [subscribed({ status: "incomplete" })], boosts: [] },
  paid: { subscriptions: [subscribed({})], boosts: [boost()] },
  updated: { subscriptions: [subscribed({ plan: "standard" })], boosts: [boost()] },
  failed: {
    subscriptions: [
      subscribed({ plan: "standard", status: "past_due", currentPeriodStart: day(-1), currentPeriodEnd: day(29) }),
    ],
    boosts: [boost()],
  },
  deleted: {
    subscriptions: [subscribed({ plan: "standard", status: "canceled", endedAt: day(0) })],
    boosts: [boost()],
  },
  refunded: {
    subscriptions: [subscribed({ plan: "standard", status: "canceled", endedAt: day(0) })],
    boosts: [boost({ refunded: true })],
  },
};
const names = Object.keys(happened);
const states = Object.values(happened);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

/** Events arrive in some order; none before it happened, so the state that is read is at least as far as the furthest of them. */
function run(order: readonly number[], ahead: number): { held: Entitlement[]; history: Difference[] } {
  const history: Difference[] = [];
  let held: Entitlement[] = [];
  let reached = 0;
  for (const event of order) {
    reached = Math.min(states.length - 1, Math.max(reached, event + ahead));
    const state = states[reached];
    if (!state) throw new Error("no such state");
    const wanted = impliedEntitlements("stripe", state, now);
    history.push(...differences(held, wanted, now));
    held = wanted;
  }
  return { held, history };
}

/** Each thing is granted before anything else is said of it, and only once until it goes; what is left is what is held. */
function replay(history: readonly Difference[]): Entitlement[] {
  const held = new Map<string, Entitlement>();
  for (const { change, entitlement } of history) {
    expect(held.has(entitlement.ref), `${change} ${entitlement.ref}`).toBe(change !== "granted");
    if (change === "granted" || change === "updated") held.set(entitlement.ref, entitlement);
    else held.delete(entitlement.ref);
  }
  return [...held.values()];
}

test.each([0, 1, 3])(
  "every order in which the six events may arrive ends in the same, with a history that adds up (the provider %i ahead)",
  (ahead) => {
    const orders = permutations(names.map((_, index) => index));
    expect(orders).toHaveLength(720);
    for (const order of orders) {
      const { held, history } = run(order, ahead);
      expect(held, order.join()).toEqual([]);
      expect(replay(history), order.join()).toEqual(held);
    }
  },
);

test.each([...Array(names.length - 1).keys()])(
  "the first %i events and one more end in what the last of them says, in every order and with repetitions",
  (last) => {
    const known = [...Array(last + 1).keys()];
    const wanted = impliedEntitlements("stripe", states[last] ?? { subscriptions: [], boosts: [] }, now);
    for (const order of permutations(known)) {
      const { held, history } = run([...order, ...order], 0);
      expect(held, order.join()).toEqual(wanted);
      expect(replay(history), order.join()).toHaveLength(wanted.length);
    }
  },
);
