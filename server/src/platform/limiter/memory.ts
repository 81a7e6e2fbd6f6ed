import type { Clock } from "../clock/index.ts";
import { describe, fullAtMs, refilled, type Usage } from "./bucket.ts";
import { createForgettingMap } from "./forgetting-map.ts";
import type { Bucket, LimitDecision, Limiter } from "./limiter.ts";

export interface MemoryLimiter extends Limiter {
  /** The same as `take`, without a promise. */
  takeNow(buckets: readonly Bucket[], cost?: number): LimitDecision;
  /** Buckets remembered at this moment. */
  size(): number;
}

/** Exact within one process; memory holds only buckets that are not full. */
export function createMemoryLimiter(clock: Clock): MemoryLimiter {
  const entries = createForgettingMap<Usage & { fullAtMs: number }>();

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
        entries.set(bucket.key, { ...usage, fullAtMs: fullAtMs(usage, bucket) }, nowMs);
      });
    }
    return describe(buckets, usages, { cost, allowed, nowMs });
  }

  return {
    takeNow,
    take: async (buckets, cost) => takeNow(buckets, cost),
    size: () => entries.size,
    close: async () => entries.clear(),
  };
}
