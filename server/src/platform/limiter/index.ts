import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Clock } from "../clock/index.ts";
import { withFallback, type LimiterMetrics } from "./fallback.ts";
import type { Limiter } from "./limiter.ts";
import { createMemoryLimiter } from "./memory.ts";
import { createRedisLimiter } from "./redis.ts";

export { callerOf } from "./caller.ts";
export type { Bucket, BucketState, LimitDecision, Limiter } from "./limiter.ts";
export type { LimiterMetrics } from "./fallback.ts";
export { createMemoryLimiter };

export interface LimiterOptions {
  /** A connection made for `limiter` use; null: one process, no Redis. */
  redis: Redis | null;
  prefix?: string;
  clock: Clock;
  log: Logger;
  metrics?: LimiterMetrics;
  timeoutMs?: number;
}

/** The limiter of a server: exact on Redis, counted per process when there is none or it does not answer. */
export function createLimiter({ redis, prefix, clock, ...rest }: LimiterOptions): Limiter {
  if (!redis) return createMemoryLimiter(clock);
  return withFallback({ primary: createRedisLimiter(redis, { prefix }), clock, ...rest });
}
