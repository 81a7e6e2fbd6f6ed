import type { Bucket, LimitDecision } from "./limiter.ts";

/** What is remembered of a bucket: tokens used, and when the running interval began. Nothing used: nothing kept. */
export interface Usage {
  used: number;
  anchorMs: number;
}

/**
 * The same bucket at `nowMs`: whole intervals that passed have brought tokens back. Storing what was *used* instead of
 * what is left lets a new plan's capacity count at once.
 */
export function refilled(usage: Usage | undefined, bucket: Bucket, nowMs: number): Usage {
  // An anchor far in the future is of a clock that was set back since: it must not freeze the bucket until then.
  if (!usage || usage.anchorMs > nowMs + bucket.intervalMs) return { used: 0, anchorMs: nowMs };
  const steps = Math.max(0, Math.floor((nowMs - usage.anchorMs) / bucket.intervalMs));
  const used = usage.used - steps * bucket.refill;
  return used > 0 ? { used, anchorMs: usage.anchorMs + steps * bucket.intervalMs } : { used: 0, anchorMs: nowMs };
}

/** When the bucket will be full again, and its state may be forgotten. */
export function fullAtMs({ used, anchorMs }: Usage, bucket: Bucket): number {
  return anchorMs + Math.ceil(used / bucket.refill) * bucket.intervalMs;
}

/** The decision to report for buckets whose usage, after it, is `usages`. */
export function describe(
  buckets: readonly Bucket[],
  usages: readonly Usage[],
  { cost, allowed, nowMs }: { cost: number; allowed: boolean; nowMs: number },
): LimitDecision {
  let retryAtMs: number | null = allowed ? null : nowMs;
  const states = buckets.map((bucket, index) => {
    const { used, anchorMs } = usages[index] ?? { used: 0, anchorMs: nowMs };
    const missing = used + cost - bucket.capacity;
    const exhausted = !allowed && missing > 0;
    if (exhausted && retryAtMs !== null) {
      const freeAtMs = anchorMs + Math.ceil(missing / bucket.refill) * bucket.intervalMs;
      retryAtMs = cost > bucket.capacity ? null : Math.max(retryAtMs, freeAtMs);
    }
    return {
      key: bucket.key,
      name: bucket.name ?? bucket.key,
      limit: bucket.capacity,
      remaining: Math.max(0, bucket.capacity - used),
      intervalMs: bucket.intervalMs,
      resetAtMs: anchorMs + bucket.intervalMs,
      exhausted,
    };
  });
  return { allowed, buckets: states, nowMs, retryAtMs, degraded: false };
}
