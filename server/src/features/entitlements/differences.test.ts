import { expect, test } from "vitest";
import { differences } from "./differences.ts";
import { withGrants } from "./grants.ts";
import type { Entitlement } from "./implied-entitlements.ts";

const now = new Date("2026-11-21T12:00:00Z");
const later = new Date(now.getTime() + 1);
const held = (more: Partial<Entitlement> = {}): Entitlement => ({
  source: "plan",
  provider: "stripe",
  ref: "sub_1",
  plan: "basic",
  startsAt: new Date(0),
  endsAt: later,
  ...more,
});
const changes = (before: Entitlement[], after: Entitlement[]) =>
  differences(before, after, now).map(({ change, entitlement }) => [change, entitlement.ref, entitlement.plan]);

test("what is the same is no change, and nothing is told twice", () => {
  expect(changes([held()], [held()])).toEqual([]);
  expect(changes([], [])).toEqual([]);
});

test("new is granted, another plan or time is an update, gone before its end is revoked", () => {
  expect(changes([], [held()])).toEqual([["granted", "sub_1", "basic"]]);
  expect(changes([held()], [held({ plan: "pro" })])).toEqual([["updated", "sub_1", "pro"]]);
  expect(changes([held()], [held({ endsAt: null })])).toEqual([["updated", "sub_1", "basic"]]);
  expect(changes([held()], [])).toEqual([["revoked", "sub_1", "basic"]]);
});

test("what ended by itself has expired, even when it is still wanted", () => {
  expect(changes([held({ endsAt: now })], [])).toEqual([["expired", "sub_1", "basic"]]);
  expect(changes([held({ endsAt: now })], [held({ endsAt: now })])).toEqual([["expired", "sub_1", "basic"]]);
  expect(changes([], [held({ endsAt: now })])).toEqual([]);
});

test("the same id in two sources is two things", () => {
  expect(changes([held()], [held({ source: "boost" })])).toEqual([
    ["revoked", "sub_1", "basic"],
    ["granted", "sub_1", "basic"],
  ]);
});

test("the same id at two providers is two things", () => {
  const other = held({ provider: "other", plan: "pro" });
  expect(changes([held()], [held(), other])).toEqual([["granted", "sub_1", "pro"]]);
  expect(changes([held(), other], [held()])).toEqual([["revoked", "sub_1", "pro"]]);
});

test("administrators change what administrators gave, and nothing that was paid for", () => {
  const paid = [held(), held({ source: "boost", ref: "pi_1", plan: "pro" })];
  const granted = withGrants(paid, { plan: "enterprise", boostExpiresAt: later }, now);
  expect(granted.map(({ source }) => source)).toEqual(["plan", "boost", "plan_grant", "boost_grant"]);
  expect(withGrants(granted, { plan: "free", boostExpiresAt: null }, later)).toEqual(paid);
  expect(withGrants(granted, {}, later)).toEqual(granted);
  expect(withGrants(granted, { plan: "pro" }, later).find(({ source }) => source === "plan_grant")).toMatchObject({
    plan: "pro",
    startsAt: now,
  });
});
