import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { plans, planWithMoreRequests } from "./catalogue.ts";
import { resolveEffectivePlan } from "./effective-plan.ts";
import { planInForce, type HeldPlan } from "./plan-in-force.ts";

describe("the plan in force", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  const later = new Date(now.getTime() + 1);

  test.each([
    ["free", null, "free"],
    ["free", later, "pro"],
    ["free", now, "free"],
    ["basic", later, "pro"],
    ["standard", later, "pro"],
    ["pro", later, "pro"],
    ["enterprise", later, "enterprise"],
    ["no-such-plan", null, "free"],
    ["no-such-plan", later, "pro"],
    ["constructor", null, "free"],
  ])("%s with a boost until %s is %s", (base, until, effective) => {
    expect(resolveEffectivePlan(base, until, now)).toBe(effective);
  });
});

describe("of all that an account holds", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
  const held = (plan: string, from: number, until: number | null, source: HeldPlan["source"] = "plan"): HeldPlan => ({
    source,
    plan,
    startsAt: inHours(from),
    endsAt: until === null ? null : inHours(until),
  });
  const inForce = (...all: HeldPlan[]) => {
    const found = planInForce(all, now);
    return found && [found.planId, found.source, found.endsAt && (found.endsAt.getTime() - now.getTime()) / 3_600_000];
  };

  test("the highest plan that has begun and not ended counts, and nothing that is not in the catalogue", () => {
    expect(inForce()).toBeNull();
    expect(inForce(held("basic", -1, null), held("pro", -1, 1, "boost"))).toEqual(["pro", "boost", 1]);
    expect(inForce(held("enterprise", -1, null, "plan_grant"), held("pro", -1, 1, "boost"))).toEqual([
      "enterprise",
      "plan_grant",
      null,
    ]);
    expect(inForce(held("basic", -1, null), held("pro", -2, 0, "boost"))).toEqual(["basic", "plan", null]);
    expect(inForce(held("basic", -1, 5), held("pro", 1, 2, "boost"))).toEqual(["basic", "plan", 5]);
    expect(inForce(held("constructor", -1, null), held("gold", -1, null))).toBeNull();
  });

  test("it ends when nothing as high goes on", () => {
    expect(inForce(held("pro", -1, 1, "boost"), held("pro", 1, 2, "boost"), held("pro", 3, 4, "boost"))).toEqual([
      "pro",
      "boost",
      2,
    ]);
    expect(inForce(held("pro", -1, 1, "boost"), held("enterprise", 0, 8), held("basic", 0, 99))).toEqual([
      "enterprise",
      "plan",
      8,
    ]);
    expect(inForce(held("standard", -1, 1), held("pro", 1, null))).toEqual(["standard", "plan", null]);
  });
});

test("the catalogue has the published prices and amounts", () => {
  const shown = Object.entries(plans).map(([id, plan]) => [
    id,
    plan.monthlyPriceCents,
    plan.generationsPerMonth,
    plan.variantsMax,
    plan.regeneration.full,
    plan.concurrencyMax,
    plan.api.quota.max,
  ]);
  expect(shown).toEqual([
    ["free", 0, 5, 1, "none", 1, 10],
    ["basic", 595, 60, 1, "none", 1, 1000],
    ["standard", 1995, 300, 3, "capped", 2, 1000],
    ["pro", 3995, 900, 5, "unlimited", 5, 1000],
    ["enterprise", null, null, 5, "unlimited", 20, 100_000],
  ]);
});

test("a plan is followed by the cheapest one with more requests", () => {
  expect(planWithMoreRequests("free")).toBe("basic");
  expect(planWithMoreRequests("pro")).toBe("enterprise");
  expect(planWithMoreRequests("enterprise")).toBeNull();
});

describe("over HTTP", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
  });
  afterAll(() => app?.close());

  test("everybody may read the plans, and an unknown one is missing", async () => {
    const list = await app.request("get", "/v1/plans");
    expect(list).toMatchObject({
      status: 200,
      body: { data: [{ id: "free" }, { id: "basic", price: { amount_cents: 595 } }, {}, {}, { price: null }] },
    });
    expect(list.body["boost"]).toEqual({
      name: "Pro Boost",
      price: { amount_cents: 1995, currency: "usd" },
      days: 30,
      plan: "pro",
    });
    expect(await app.request("get", "/v1/plans/pro")).toMatchObject({
      status: 200,
      body: { id: "pro", variants_max: 5 },
    });
    expect(await app.request("get", "/v1/plans/__proto__")).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await app.request("get", "/v1/plans?color=red")).toMatchObject({ status: 400 });
  });
});
