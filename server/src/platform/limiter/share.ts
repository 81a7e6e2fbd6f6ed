import { refilled, type Usage } from "./bucket.ts";
import type { Bucket } from "./limiter.ts";

/** A bucket as a process knows it that may have to decide alone. */
export interface KnownUsage extends Usage {
  /** Part of `used` that this process took without telling Redis beforehand. */
  own: number;
  /** Part of `own` that Redis has been told since. */
  told: number;
}

/** What guards against guessing keeps this part of its capacity while it cannot be counted exactly. */
const GUARDED_PART = 1 / 4;

export function refilledShare(known: KnownUsage | undefined, bucket: Bucket, nowMs: number): KnownUsage {
  const usage = refilled(known, bucket, nowMs);
  const own = Math.min(known?.own ?? 0, usage.used);
  return { ...usage, own, told: Math.min(known?.told ?? 0, own) };
}

/**
 * How many tokens this process may take by itself in the running interval: an equal part of what Redis had not given out
 * yet, as far as this process knows, and at least one. All processes together so admit at most `max(left, processes)`.
 */
export function shareOf(bucket: Bucket, { used, own }: KnownUsage, processes: number): number {
  const capacity = bucket.failClosed ? Math.max(1, Math.floor(bucket.capacity * GUARDED_PART)) : bucket.capacity;
  const left = capacity - (used - own);
  return left <= 0 ? 0 : Math.max(1, Math.floor(left / processes));
}
