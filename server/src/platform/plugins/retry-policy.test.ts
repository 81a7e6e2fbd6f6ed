import { expect, test } from "vitest";
import { PluginFailure, type PluginFailureCode } from "./failure.ts";
import { retryDecision } from "./retry-policy.ts";

const now = new Date("2026-01-01T00:00:00Z");
const failure = (code: PluginFailureCode, details: object = {}): PluginFailure =>
  new PluginFailure(code, "x", { pluginId: "p", ...details });
const decide = (code: PluginFailureCode, attempt: number, details = {}, random = 0.5) =>
  retryDecision(failure(code, details), attempt, { now, random: () => random });

test.each([
  "AUTH_EXPIRED",
  "AUTH_REVOKED",
  "VALIDATION",
  "CONTENT_POLICY",
  "CONFLICT",
  "PERMANENT",
  "UNAVAILABLE",
] as const)("%s is final", (code) => {
  expect(decide(code, 1)).toEqual({ retry: false });
});

test("tries in all: network 5, upstream 3, bug 2", () => {
  const tries = (["NETWORK", "UPSTREAM", "PLUGIN_BUG"] as const).map((code) => {
    let attempt = 1;
    while (decide(code, attempt).retry) attempt += 1;
    return attempt;
  });
  expect(tries).toEqual([5, 3, 2]);
});

test("waits are random between nothing and a doubling ceiling", () => {
  const ceilings = [1, 2, 3, 4].map((attempt) => decide("NETWORK", attempt, {}, 1));
  expect(ceilings.map((decision) => decision.retry && decision.delayMs)).toEqual([1000, 2000, 4000, 8000]);
  expect(decide("NETWORK", 3, {}, 0)).toEqual({ retry: true, delayMs: 0, countsAsAttempt: true });
});

test("a rate limit waits for its time and up to a tenth more, however often, and is no attempt", () => {
  const retryAt = new Date(now.getTime() + 60_000);
  expect(decide("RATE_LIMIT", 99, { retryAt }, 1)).toEqual({ retry: true, delayMs: 66_000, countsAsAttempt: false });
  expect(decide("BREAKER_OPEN", 99, { retryAt }, 0)).toEqual({ retry: true, delayMs: 60_000, countsAsAttempt: false });
});

test("a time in the past does not spin, one in the far future does not park", () => {
  expect(decide("RATE_LIMIT", 1, { retryAt: new Date(0) }, 0)).toMatchObject({ delayMs: 1000 });
  expect(decide("RATE_LIMIT", 1, { retryAt: new Date("2036-01-01") }, 0)).toMatchObject({ delayMs: 6 * 3_600_000 });
});

test("an unknown outcome is never repeated", () => {
  expect(decide("NETWORK", 1, { outcome: "unknown" })).toEqual({ retry: false });
});
