import type { Clock } from "../clock/index.ts";
import { describe, fullAtMs, refilled, type Usage } from "./bucket.ts";
import type { Bucket, LimitDecision, Limiter } from "./limiter.ts";

interface Entry extends Usage {
  fullAtMs: number;
}

export interface MemoryLimiter extends Limiter {
  /** The same as `take`, without a promise. */
  takeNow(buckets: readonly Bucket[], cost?: number): LimitDecision;
  /** Takes over what another limiter decided, so that this one can go on from there. */
  adopt(decision: LimitDecision, buckets: readonly Bucket[]): void;
  /** Buckets remembered at this moment. */
  size(): number;
}

/** Exact within one process; memory holds only buckets that are not full. */
export function createMemoryLimiter(clock: Clock): MemoryLimiter {
  const entries = new Map<string, Entry>();
  let cursor = entries.entries();

  // Each write looks at two older entries, twice as many as it can add: forgetting keeps pace with any traffic
  // and needs no timer.
  function forgetFull(nowMs: number): void {
    for (let looked = 0; looked < 2; looked += 1) {
      const next = cursor.next();
      if (next.done) {
        cursor = entries.entries();
        return;
      }
      if (next.value[1].fullAtMs <= nowMs) entries.delete(next.value[0]);
    }
  }

  function store(bucket: Bucket, usage: Usage, nowMs: number): void {
    entries.set(bucket.key, { ...usage, fullAtMs: fullAtMs(usage, bucket) });
    forgetFull(nowMs);
  }

  function takeNow(buckets: readonly Bucket[], cost = 1): LimitDecision {
    const nowMs = clock.now().getTime();
    const usages = buckets.map((bucket) => refilled(entries.get(bucket.key), bucket, nowMs));
    const allowed =
      cost === 0 || buckets.every((bucket, index) => (usages[index]?.used ?? 0) + cost <= bucket.capacity);
    if (allowed && cost > 0) {
      buckets.forEach((bucket, index) => {
        const usage = usages[index];
        if (!usage) return;
        usage.used += cost;
        store(bucket, usage, nowMs);
      });
    }
    return describe(buckets, usages, { cost, allowed, nowMs });
  }

  return {
    takeNow,
    take: async (buckets, cost) => takeNow(buckets, cost),
    adopt(decision, buckets) {
      const nowMs = clock.now().getTime();
      buckets.forEach((bucket, index) => {
        const state = decision.buckets[index];
        if (!state || state.remaining === state.limit) return;
        const anchorMs = state.resetAtMs - state.intervalMs - decision.nowMs + nowMs;
        store(bucket, { used: state.limit - state.remaining, anchorMs }, nowMs);
      });
    },
    size: () => entries.size,
    close: async () => entries.clear(),
  };
}
