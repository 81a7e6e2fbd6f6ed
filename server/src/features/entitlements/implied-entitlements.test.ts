import { expect, test } from "vitest";
import type { PaymentState, SubscriptionState } from "./customer-state.ts";
import { impliedEntitlements } from "./implied-entitlements.ts";

const now = new Date("2026-11-21T12:00:00Z");
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);
const subscribed = (more: Partial<SubscriptionState> = {}): SubscriptionState => ({
  id: "sub_1",
  status: "active",
  plan: "standard",
  createdAt: inDays(-40),
  currentPeriodStart: inDays(-10),
  currentPeriodEnd: inDays(20),
  cancelAtPeriodEnd: false,
  cancelAt: null,
  endedAt: null,
  latestPayment: null,
  ...more,
});
function paid(id: string, daysAgo: number, more: Partial<PaymentState> = {}): PaymentState {
  return { paymentIntentId: id, paidAt: inDays(-daysAgo), refunded: false, dispute: null, ...more };
}
const given = (subscriptions: SubscriptionState[], boosts: PaymentState[] = []) =>
  impliedEntitlements("stripe", { subscriptions, boosts }, now).map(({ ref, plan, startsAt, endsAt }) => [
    ref,
    plan,
    days(startsAt),
    days(endsAt),
  ]);
const days = (date: Date | null) => date && (date.getTime() - now.getTime()) / 86_400_000;

test.each([
  ["active", {}, 23],
  ["active, ending with its period", { cancelAtPeriodEnd: true }, 20],
  ["active, canceled for an earlier day", { cancelAt: inDays(4) }, 4],
  ["active, canceled for a later day", { cancelAt: inDays(90) }, 23],
  ["active, its last payment refunded", { latestPayment: paid("pi_1", 3, { refunded: true }) }, null],
  ["active, its last payment disputed", { latestPayment: paid("pi_1", 3, { dispute: "needs_response" }) }, null],
  ["active, its last payment paid", { latestPayment: paid("pi_1", 3) }, 23],
  ["active, its period over for two days", { currentPeriodEnd: inDays(-2) }, 1],
  ["active, its period over for three days", { currentPeriodEnd: inDays(-3) }, null],
  ["active, ending with its period, which is over", { cancelAtPeriodEnd: true, currentPeriodEnd: now }, null],
  ["in trial", { status: "trialing" }, 23],
  ["past due since six days", { status: "past_due", currentPeriodStart: inDays(-6) }, 1],
  ["past due since seven days", { status: "past_due", currentPeriodStart: inDays(-7) }, null],
  [
    "past due in a period shorter than the grace",
    { status: "past_due", currentPeriodStart: inDays(-1), currentPeriodEnd: inDays(2) },
    2,
  ],
  ["unpaid", { status: "unpaid" }, null],
  ["canceled", { status: "canceled" }, null],
  ["incomplete", { status: "incomplete" }, null],
  ["incomplete for too long", { status: "incomplete_expired" }, null],
  ["paused", { status: "paused" }, null],
  ["of a status nobody has heard of", { status: "constructor" }, null],
  ["of a price that sells no plan", { plan: null }, null],
  ["of a plan that is not in the catalogue", { plan: "__proto__" }, null],
])("a subscription %s gives its plan until then", (_what, more, until) => {
  expect(given([subscribed(more)])).toEqual(until === null ? [] : [["sub_1", "standard", -40, until]]);
});

test("each of several subscriptions gives its own", () => {
  expect(given([subscribed({ cancelAtPeriodEnd: true }), subscribed({ id: "sub_2", plan: "pro" })])).toEqual([
    ["sub_1", "standard", -40, 20],
    ["sub_2", "pro", -40, 23],
  ]);
});

test("a boost gives Pro for thirty days, and not a moment longer", () => {
  expect(given([], [paid("pi_1", 29)])).toEqual([["pi_1", "pro", -29, 1]]);
  expect(given([], [paid("pi_1", 30)])).toEqual([]);
});

test("a boost bought while another runs begins when that ends; after a pause it begins at once", () => {
  expect(given([], [paid("pi_2", 5), paid("pi_1", 10)])).toEqual([
    ["pi_1", "pro", -10, 20],
    ["pi_2", "pro", 20, 50],
  ]);
  expect(given([], [paid("pi_1", 100), paid("pi_2", 5)])).toEqual([["pi_2", "pro", -5, 25]]);
});

test("a boost that was refunded or disputed gives nothing, and the next one moves up", () => {
  expect(given([], [paid("pi_1", 5, { refunded: true })])).toEqual([]);
  expect(given([], [paid("pi_1", 10, { dispute: "lost" }), paid("pi_2", 5)])).toEqual([["pi_2", "pro", -5, 25]]);
});

test.each([
  ["needs_response", 0],
  ["under_review", 0],
  ["lost", 0],
  ["of a status nobody has heard of", 0],
  ["won", 1],
  ["warning_needs_response", 1],
  ["warning_closed", 1],
])("a dispute that is %s leaves %i of one boost", (dispute, left) =>
  expect(given([], [paid("pi_1", 1, { dispute })])).toHaveLength(left),
);

test("two boosts paid in the same moment keep their order, however they are listed", () => {
  const both = [paid("pi_1", 1), paid("pi_2", 1)];
  expect(given([], both.toReversed())).toEqual(given([], both));
});
