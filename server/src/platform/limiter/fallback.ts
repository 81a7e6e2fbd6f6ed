import type { Logger } from "pino";
import type { Clock } from "../clock/index.ts";
import type { Bucket, LimitDecision, Limiter } from "./limiter.ts";
import { createMemoryLimiter } from "./memory.ts";

export interface LimiterMetrics {
  /** Redis stopped (true) or began again (false) to answer. */
  degraded(isDegraded: boolean): void;
  /** One request was decided by this process alone. */
  degradedTake(): void;
}

export interface FallbackOptions {
  /** The exact limiter; what it rejects counts as an outage. */
  primary: Limiter;
  clock: Clock;
  log: Logger;
  metrics?: LimiterMetrics;
  /**
   * Longest wait for the exact limiter. A connection that is down rejects at once; only a Redis that hangs costs this,
   * once per outage. Shorter would call a busy machine an outage (150 ms were seen on two overloaded cores).
   */
  timeoutMs?: number;
  /** How often an outage is tested for its end. */
  probeIntervalMs?: number;
}

const PROBE: Bucket = { key: "{probe}", capacity: 1_000_000, refill: 1_000_000, intervalMs: 1000 };

/**
 * Neither open nor dead when Redis is (API-32): while the primary does not answer, a bucket in this process decides,
 * going on from what Redis said last; it returns to the primary by itself.
 */
export function withFallback({
  primary, clock, log, metrics, timeoutMs = 250, probeIntervalMs = 250,
}: FallbackOptions): Limiter {
  const local = createMemoryLimiter(clock);
  let probe: NodeJS.Timeout | undefined;
  let closed = false;

  function begin(error: unknown): void {
    if (probe || closed) return;
    log.warn({ err: error }, "rate limits are counted per process: Redis does not answer; check it and REDIS_URL");
    metrics?.degraded(true);
    probe = setTimeout(check, probeIntervalMs).unref();
  }

  function check(): void {
    // A real write, so that a Redis which is read-only or out of memory counts as down too.
    within(primary.take([PROBE]), timeoutMs).then(end, () => {
      if (!closed) probe = setTimeout(check, probeIntervalMs).unref();
    });
  }

  function end(): void {
    probe = undefined;
    metrics?.degraded(false);
    log.info("rate limits are exact again: Redis answers");
  }

  return {
    async take(buckets, cost): Promise<LimitDecision> {
      if (!probe) {
        try {
          const decision = await within(primary.take(buckets, cost), timeoutMs);
          local.adopt(decision, buckets);
          return decision;
        } catch (error) {
          begin(error);
        }
      }
      metrics?.degradedTake();
      return { ...local.takeNow(buckets, cost), degraded: true };
    },
    async close() {
      closed = true;
      clearTimeout(probe);
      await Promise.all([local.close(), primary.close()]);
    },
  };
}

function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    // After a pause of this process the timer fires before the answer that already lies in the socket is read:
    // one more turn of the event loop gives it its chance.
    const timer = setTimeout(() => {
      setImmediate(() => reject(new Error(`no answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
