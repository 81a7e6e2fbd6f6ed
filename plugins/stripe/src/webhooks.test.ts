import { expect, test } from "vitest";
import type { Context } from "./settings.ts";
import { eventOf, signedEvent } from "./webhooks.fixture.ts";
import { normalize } from "./webhooks.ts";

const ctx = {} as Context;
const read = (type: string, object: object) =>
  normalize(ctx, signedEvent(eventOf(type, object), "whsec_any", new Date()));
const nothing = { customer: null, subscription: null, invoice: null, payment_intent: null, charge: null };

test.for<[string, object, object]>([
  [
    "customer.subscription.deleted",
    { id: "sub_1", object: "subscription", customer: "cus_1" },
    { customer: "cus_1", subscription: "sub_1" },
  ],
  [
    "invoice.paid",
    { id: "in_1", object: "invoice", customer: "cus_1", parent: { subscription_details: { subscription: "sub_1" } } },
    { customer: "cus_1", subscription: "sub_1", invoice: "in_1" },
  ],
  [
    "checkout.session.completed",
    { id: "cs_1", object: "checkout.session", customer: { id: "cus_1" }, payment_intent: "pi_1", subscription: null },
    { customer: "cus_1", payment_intent: "pi_1" },
  ],
  [
    "charge.dispute.created",
    { id: "dp_1", object: "dispute", charge: "ch_1", payment_intent: "pi_1" },
    { charge: "ch_1", payment_intent: "pi_1" },
  ],
  ["customer.deleted", { id: "cus_1", object: "customer" }, { customer: "cus_1" }],
  ["something.new.2027", { object: "balance" }, {}],
])("%s tells which things at Stripe it is about", ([type, object, wanted]) => {
  const { id = null, object: kind } = object as { id?: string; object: string };
  expect(read(type, object)).toEqual({ type, data: { ...nothing, object: kind, id, ...wanted } });
});

test("what is signed but no event of Stripe is refused", () => {
  for (const body of [
    "[1]",
    "\u0000",
    "{}",
    JSON.stringify({ ...eventOf("a.b", { object: "x" }), created: "soon" }),
    JSON.stringify({ ...eventOf("A B", { object: "x" }) }),
  ]) {
    expect(() => normalize(ctx, { headers: {}, body: Buffer.from(body) })).toThrow("no event of Stripe");
  }
});
