import { describe, expect, test } from "vitest";
import { createMemoryLimiter } from "../../platform/limiter/index.ts";
import { callerOf } from "../../platform/limiter/index.ts";
import type { Window } from "./window.ts";
import { limitsOfPlan, resolveEffectivePlan } from "../plans/index.ts";
import type { AccountOverrides } from "./override-lookup.ts";
import { badCredentialBucket, createLimitsFor, headersFor, violatedPolicies, type Caller } from "./index.ts";

const START = Date.UTC(2026, 0, 1);
function setUp() {
  let nowMs = START;
  const limiter = createMemoryLimiter({ now: () => new Date(nowMs) });
  return { limiter, advance: (ms: number) => void (nowMs += ms) };
}

/** Accounts here are called `<plan>/<mode>`. */
const getEffectiveLimits = (account: string) => {
  const [plan = "", mode] = account.split("/");
  return limitsOfPlan(resolveEffectivePlan(plan, null, new Date(START)), mode === "test" ? "test" : "live");
};
const clock = { now: () => new Date(START) };
const overridden = (own: AccountOverrides) =>
  createLimitsFor({ plans: { getEffectiveLimits }, overrides: { of: () => own }, clock });
const cached = overridden({ account: null, keys: new Map() });
const limitsFor = (caller: Caller, limits = cached): Window[] => {
  const buckets = limits(caller);
  if (buckets instanceof Promise) throw new Error("a cached plan needs no promise");
  return buckets;
};

const keyOf = (plan: string, mode: "live" | "test" = "live", keyId = "k1"): Caller => ({
  principal: { kind: "api_key", accountId: `${plan}/${mode}`, keyId },
  ip: "198.51.100.7",
  rateClass: "read",
});

describe("quotas", () => {
  test.each([
    ["free", 10],
    ["basic", 1000],
    ["standard", 1000],
    ["pro", 1000],
    ["enterprise", 100_000],
    ["no-such-plan", 10],
  ])("%s allows %i requests an hour", (tier, max) => {
    const quota = { name: "account", capacity: max, refill: max, intervalMs: 3_600_000 };
    expect(limitsFor(keyOf(tier))[0]).toMatchObject(quota);
  });

  test("a sandbox key has the sandbox's quota whatever the plan", () => {
    expect(limitsFor(keyOf("free", "test"))[0]).toMatchObject({ capacity: 10_000 });
  });

  test("the 11th request of a free account within the hour is refused whatever key it uses, and works later", () => {
    const { limiter, advance } = setUp();
    for (let request = 0; request < 10; request += 1) {
      expect(limiter.takeNow(limitsFor(keyOf("free", "live", `k${request % 2}`))).allowed).toBe(true);
      advance(60_000);
    }
    const refused = limiter.takeNow(limitsFor(keyOf("free")));
    expect(refused.allowed).toBe(false);
    expect(violatedPolicies(refused)).toEqual(["account"]);
    advance(Number(headersFor(refused)["Retry-After"]) * 1000);
    expect(limiter.takeNow(limitsFor(keyOf("free"))).allowed).toBe(true);
  });

  test("a paid account may not spend its hour at once: burst is part of the plan", () => {
    const { limiter } = setUp();
    const decisions = Array.from({ length: 201 }, () => limiter.takeNow(limitsFor(keyOf("pro"))));
    expect(decisions.filter((decision) => decision.allowed)).toHaveLength(200);
    expect(decisions.slice(200).flatMap(violatedPolicies)).toEqual(["burst"]);
  });

  test("the console does not use up what the account's keys have", () => {
    const { limiter } = setUp();
    const session: Caller = {
      ...keyOf("free"),
      principal: { kind: "session", accountId: "free/live", keyId: null },
    };
    for (let request = 0; request < 11; request += 1) {
      expect(limiter.takeNow(limitsFor(session)).allowed).toBe(true);
    }
    expect(limiter.takeNow(limitsFor(keyOf("free"))).buckets[0]?.remaining).toBe(9);
  });

  test("making a credential has a window of its own besides, for keys and sessions alike", () => {
    expect(limitsFor({ ...keyOf("pro"), rateClass: "credential" }).map(({ name }) => name)).toEqual([
      "account",
      "key",
      "burst",
      "credential",
    ]);
    const session: Caller = {
      ...keyOf("pro"),
      principal: { kind: "session", accountId: "pro/live", keyId: null },
      rateClass: "credential",
    };
    expect(limitsFor(session).map(({ name }) => name)).toEqual(["session", "credential"]);
  });

  test("all tokens of an app share a window, within the account's", () => {
    const token: Caller = {
      ...keyOf("pro"),
      principal: { kind: "oauth_token", accountId: "pro/live", keyId: null, clientId: "app_1" },
    };
    expect(limitsFor(token).map(({ key, name }) => [key, name])).toEqual([
      ["{pro/live}:account", "account"],
      ["{pro/live}:client:app_1", "client"],
      ["{pro/live}:burst", "burst"],
    ]);
  });

  test("a bad credential is counted twice in one call: as bad, and as a request of its address", () => {
    const windows = limitsFor({ principal: null, ip: "198.51.100.7", rateClass: "read", badCredential: true });
    expect(windows.map(({ key }) => key)).toEqual(["{198.51.100.7}:bad-credential", "{198.51.100.7}:address-read"]);
  });

  test("buckets taken together share one hash tag, so that a Redis Cluster can take them at once", () => {
    const tags = limitsFor(keyOf("pro")).map(({ key }) => /\{(.+?)\}/.exec(key)?.[1]);
    expect(tags).toEqual(["pro/live", "pro/live", "pro/live"]);
  });

  test("an operation of class none has no limit", () => {
    expect(limitsFor({ principal: null, ip: "198.51.100.7", rateClass: "none" })).toEqual([]);
  });
});

describe("overrides", () => {
  const later = new Date(START + 1);
  const rate = (max: number) => ({ max, seconds: 60 });
  const shape = (windows: Window[]) =>
    windows.map(({ name, capacity, intervalMs, source }) => [name, capacity, intervalMs / 1000, source]);

  test("of the account replaces the plan's numbers, up or down, and what the keys have with them", () => {
    const up = overridden({ account: { quota: rate(5000), burst: null, expiresAt: null }, keys: new Map() });
    expect(shape(limitsFor(keyOf("pro"), up))).toEqual([
      ["account", 5000, 60, "override"],
      ["key", 5000, 60, "override"],
      ["burst", 200, 10, "plan"],
    ]);
    const down = overridden({ account: { quota: rate(3), burst: rate(1), expiresAt: later }, keys: new Map() });
    expect(shape(limitsFor(keyOf("pro", "test"), down))).toEqual([
      ["account", 3, 60, "override"],
      ["key", 3, 60, "override"],
      ["burst", 1, 60, "override"],
    ]);
  });

  test("of a key is that key's alone, and the account's windows go on counting it", () => {
    const key = overridden({
      account: null,
      keys: new Map([["k1", { quota: rate(1_000_000), burst: rate(5), expiresAt: null }]]),
    });
    expect(shape(limitsFor(keyOf("pro"), key))).toEqual([
      ["account", 1000, 3600, "plan"],
      ["key", 1_000_000, 60, "override"],
      ["key-burst", 5, 60, "override"],
      ["burst", 200, 10, "plan"],
    ]);
    expect(shape(limitsFor(keyOf("pro", "live", "k2"), key))).toEqual([
      ["account", 1000, 3600, "plan"],
      ["key", 1000, 3600, "plan"],
      ["burst", 200, 10, "plan"],
    ]);
  });

  test("ends at its moment, without anybody's doing", () => {
    const expired = { quota: rate(1), burst: null, expiresAt: new Date(START) };
    const limits = overridden({ account: expired, keys: new Map([["k1", expired]]) });
    expect(shape(limitsFor(keyOf("free"), limits))).toEqual([
      ["account", 10, 3600, "plan"],
      ["key", 10, 3600, "plan"],
    ]);
  });
});

describe("callers without a credential", () => {
  test("sign-in attempts are counted by address, a valid session in the request changes nothing", () => {
    const quota = { key: "{198.51.100.7}:address-auth", capacity: 20, intervalMs: 60_000 };
    const expected = [expect.objectContaining(quota)];
    expect(limitsFor({ ...keyOf("pro"), rateClass: "auth" })).toEqual(expected);
    expect(limitsFor({ principal: null, ip: "198.51.100.7", rateClass: "auth" })).toEqual(expected);
  });

  test("the 21st bad credential of a minute is refused, and a minute later they count anew", () => {
    const { limiter, advance } = setUp();
    const bad = () => limiter.takeNow([badCredentialBucket("198.51.100.7")]).allowed;
    for (let attempt = 0; attempt < 20; attempt += 1) expect(bad()).toBe(true);
    expect(bad()).toBe(false);
    advance(60_000);
    expect(bad()).toBe(true);
  });

  test.each([
    ["198.51.100.7", "198.51.100.7"],
    ["::ffff:198.51.100.7", "198.51.100.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("%s counts as %s", (ip, caller) => {
    expect(callerOf(ip)).toBe(caller);
  });
});

describe("header fields", () => {
  test("every answer says where the caller stands, in the current and the legacy form", () => {
    const { limiter, advance } = setUp();
    limiter.takeNow(limitsFor(keyOf("pro")));
    advance(2500);
    expect(headersFor(limiter.takeNow(limitsFor(keyOf("pro"))))).toEqual({
      "RateLimit-Policy": '"account";q=1000;w=3600, "key";q=1000;w=3600, "burst";q=200;w=10',
      RateLimit: '"account";r=998;t=3598, "key";r=998;t=3598, "burst";r=198;t=8',
      "X-RateLimit-Limit": "1000",
      "X-RateLimit-Remaining": "998",
      "X-RateLimit-Reset": String(START / 1000 + 3600),
    });
  });

  test("a refusal says when to come back: whole seconds, never before the reset", () => {
    const { limiter, advance } = setUp();
    for (let request = 0; request < 10; request += 1) limiter.takeNow(limitsFor(keyOf("free")));
    advance(1);
    const headers = headersFor(limiter.takeNow(limitsFor(keyOf("free"))));
    expect(headers).toMatchObject({ "Retry-After": "3600", "X-RateLimit-Remaining": "0" });
    expect(headers.RateLimit).toContain('"account";r=0;t=3600');
  });
});
