import { describe, expect, test } from "vitest";
import { limiterSuite } from "./limiter.suite.ts";
import { createMemoryLimiter } from "./memory.ts";

function movableClock() {
  let nowMs = Date.UTC(2026, 0, 1);
  return { now: () => new Date(nowMs), advance: (ms: number) => void (nowMs += ms) };
}

describe("the in-process limiter", () => {
  limiterSuite(async () => {
    const clock = movableClock();
    const limiter = createMemoryLimiter(clock);
    return {
      limiter,
      movesClock: true,
      advance: async (ms) => clock.advance(ms),
      close: () => limiter.close(),
    };
  });
});

test("buckets that are full again are forgotten while others are used", () => {
  const clock = movableClock();
  const limiter = createMemoryLimiter(clock);
  const takeFrom = (key: string) => limiter.takeNow([{ key, capacity: 10, refill: 10, intervalMs: 1000 }]);
  for (let round = 0; round < 20; round += 1) {
    for (let address = 0; address < 1000; address += 1) takeFrom(`${round}:${address}`);
    clock.advance(1000);
  }
  // 20,000 addresses were seen; only those of the running interval and a few more may still be held.
  expect(limiter.size()).toBeLessThanOrEqual(2000);
});

test("a clock that is set back does not freeze a bucket", () => {
  const clock = movableClock();
  const limiter = createMemoryLimiter(clock);
  const bucket = { key: "a", capacity: 1, refill: 1, intervalMs: 1000 };
  limiter.takeNow([bucket]);
  clock.advance(-3_600_000);
  expect(limiter.takeNow([bucket]).allowed).toBe(true);
  expect(limiter.takeNow([bucket]).allowed).toBe(false);
});
