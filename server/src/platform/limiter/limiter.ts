/**
 * A token bucket with stepped refill: it starts full; every whole `intervalMs` after the first take from the full
 * bucket `refill` tokens come back, up to `capacity`. A bucket that is full again is as good as never touched, so its
 * state is kept only until then. `capacity === refill` makes it "capacity per interval".
 */
export interface Bucket {
  /** Unique. Buckets taken together share one `{hash tag}`, so that a Redis Cluster can take them at once. */
  key: string;
  /** What clients see in `RateLimit-Policy`; the key when absent. */
  name?: string;
  /** Whole tokens. */
  capacity: number;
  refill: number;
  intervalMs: number;
  /** It keeps somebody from guessing: while Redis is away it allows only a part of what it would. */
  failClosed?: boolean;
}

export interface BucketState {
  key: string;
  name: string;
  limit: number;
  remaining: number;
  intervalMs: number;
  /** Next refill, in the limiter's clock. */
  resetAtMs: number;
  /** True for the buckets that refused the request. */
  exhausted: boolean;
}

export interface LimitDecision {
  allowed: boolean;
  buckets: BucketState[];
  /** The limiter's clock (Redis' own on Redis): subtract it from the times below, never `Date.now()`. */
  nowMs: number;
  /** When the same request would be allowed; null when it is, or never will be (it costs more than a bucket holds). */
  retryAtMs: number | null;
  /** Decided by this process alone because Redis did not answer. */
  degraded: boolean;
}

export interface Limiter {
  /** Takes `cost` (1) tokens from every bucket, or from none of them. A cost of 0 only looks. */
  take(buckets: readonly Bucket[], cost?: number): Promise<LimitDecision>;
  close(): Promise<void>;
}
