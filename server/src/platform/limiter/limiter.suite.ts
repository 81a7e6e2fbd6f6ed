import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bucket, LimitDecision, Limiter } from "./limiter.ts";

export interface LimiterSubject {
  limiter: Limiter;
  /** Lets time pass for every bucket, to the millisecond. */
  advance(ms: number): Promise<void>;
  /** True when `advance` moves the limiter's clock; false when it makes the stored buckets older instead. */
  movesClock: boolean;
  close(): Promise<void>;
}

const HOUR = 3_600_000;
let unique = 0;
const bucket = (capacity: number, refill = capacity, intervalMs = HOUR): Bucket => ({
  key: `{suite-${(unique += 1)}}`,
  capacity,
  refill,
  intervalMs,
});
const remaining = (decision: LimitDecision) => decision.buckets.map((state) => state.remaining);

/** What every limiter promises. */
export function limiterSuite(open: () => Promise<LimiterSubject>): void {
  let subject: LimiterSubject;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(() => subject?.close());
  const take = (buckets: Bucket[], cost?: number) => subject.limiter.take(buckets, cost);

  test("nothing to take from is allowed", async () => {
    expect(await take([])).toMatchObject({ allowed: true, buckets: [], retryAtMs: null });
  });

  test("the 11th request within the hour is refused, and after the reset it works", async () => {
    const hourly = bucket(10);
    for (let left = 9; left >= 0; left -= 1) {
      const decision = await take([hourly]);
      expect(decision).toMatchObject({ allowed: true, retryAtMs: null, degraded: false });
      expect(remaining(decision)).toEqual([left]);
    }
    const refused = await take([hourly]);
    expect(refused.allowed).toBe(false);
    expect(refused.buckets[0]).toMatchObject({ remaining: 0, limit: 10, exhausted: true });
    expect(refused.retryAtMs).toBe(refused.buckets[0]?.resetAtMs);

    await subject.advance((refused.retryAtMs ?? 0) - refused.nowMs - 1000);
    expect((await take([hourly])).allowed).toBe(false);
    await subject.advance(1000);
    expect(remaining(await take([hourly]))).toEqual([9]);
  });

  test("1,000 concurrent requests against a bucket of 100 admit exactly 100", async () => {
    const hundred = bucket(100);
    const decisions = await Promise.all(Array.from({ length: 1000 }, () => take([hundred])));
    expect(decisions.filter((decision) => decision.allowed)).toHaveLength(100);
  });

  test("a request that one bucket refuses takes nothing from the others", async () => {
    const tag = bucket(1).key;
    const wide = { ...bucket(5), key: `${tag}:wide` };
    const narrow = { ...bucket(1), key: `${tag}:narrow` };
    expect(remaining(await take([wide, narrow]))).toEqual([4, 0]);
    const refused = await take([wide, narrow]);
    expect(refused.buckets.map((state) => state.exhausted)).toEqual([false, true]);
    expect(remaining(await take([wide]))).toEqual([3]);
  });

  test("a cost of 0 looks without taking, also at an empty bucket", async () => {
    const single = bucket(1);
    expect(remaining(await take([single], 0))).toEqual([1]);
    await take([single]);
    expect(await take([single], 0)).toMatchObject({ allowed: true, buckets: [{ remaining: 0 }] });
  });

  test("a request that costs more than the bucket holds is refused for good", async () => {
    expect(await take([bucket(5)], 6)).toMatchObject({ allowed: false, retryAtMs: null });
  });

  test("tokens come back a step at a time, and retry says when there are enough", async () => {
    const stepped = bucket(10, 2, 1000);
    await take([stepped], 10);
    const refused = await take([stepped], 3);
    expect(refused.allowed).toBe(false);
    const waitMs = (refused.retryAtMs ?? 0) - refused.nowMs;
    expect(waitMs).toBeGreaterThan(1000);
    expect(waitMs).toBeLessThanOrEqual(2000);
    await subject.advance(waitMs);
    expect(remaining(await take([stepped], 3))).toEqual([1]);
  });

  test("a larger plan counts at once", async () => {
    const free = bucket(10);
    await take([free], 10);
    expect(remaining(await take([{ ...free, capacity: 1000, refill: 1000 }]))).toEqual([989]);
    expect(remaining(await take([free], 0))).toEqual([0]);
  });

  test("any sequence of requests and pauses decides as the model does", async () => {
    const step = fc.record({
      pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60_000 })),
      cost: fc.integer({ min: 0, max: 4 }),
      which: fc.subarray([0, 1, 2], { minLength: 1 }),
    });
    const shape = fc.tuple(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 10_000, max: 40_000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.tuple(shape, shape, shape), fc.array(step, { maxLength: 25 }), async (shapes, steps) => {
        const tag = bucket(1).key;
        const buckets = shapes.map(([capacity, refill, intervalMs], index) => ({
          key: `${tag}:${index}`,
          capacity,
          refill,
          intervalMs,
        }));
        const model = new Map<string, { used: number; anchorMs: number }>();
        let skippedMs = 0;
        for (const { pauseMs, cost, which } of steps) {
          if (pauseMs > 0) await subject.advance(pauseMs);
          skippedMs += pauseMs;
          const chosen = which.flatMap((index) => buckets[index] ?? []);
          const decision = await take(chosen, cost);
          const nowMs = decision.nowMs + (subject.movesClock ? 0 : skippedMs);
          expect(decision.allowed).toBe(modelTake(model, chosen, cost, nowMs));
          expect(remaining(decision)).toEqual(
            chosen.map(({ key, capacity }) => Math.max(0, capacity - (model.get(key)?.used ?? 0))),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
}

/** The rule in its plainest form: one step of refill after the other. */
function modelTake(
  model: Map<string, { used: number; anchorMs: number }>,
  buckets: Bucket[],
  cost: number,
  nowMs: number,
): boolean {
  const states = buckets.map(({ key, capacity, refill, intervalMs }) => {
    const state = model.get(key) ?? { used: 0, anchorMs: nowMs };
    while (state.used > 0 && nowMs >= state.anchorMs + intervalMs) {
      state.used -= refill;
      state.anchorMs += intervalMs;
    }
    if (state.used <= 0) Object.assign(state, { used: 0, anchorMs: nowMs });
    model.set(key, state);
    return { state, fits: cost === 0 || state.used + cost <= capacity };
  });
  const allowed = states.every(({ fits }) => fits);
  if (allowed) for (const { state } of states) state.used += cost;
  return allowed;
}
