import type { Redis } from "ioredis";
import { sendWithThisTurn, whenReady } from "../redis/index.ts";
import { describe, type Usage } from "./bucket.ts";
import type { Limiter } from "./limiter.ts";
import { takeScript, takeScriptSha } from "./take-script.ts";

export interface RedisLimiterOptions {
  /** First part of every key, for deployments that share one Redis. */
  prefix?: string;
}

const CONNECT_PATIENCE_MS = 1000;

/**
 * Exact across processes: one round trip per request, in the server's clock. Rejects when Redis does not answer
 * (`createLimiter` adds the fallback). The connection stays the caller's.
 */
export function createRedisLimiter(redis: Redis, { prefix = "musicverse" }: RedisLimiterOptions = {}): Limiter {
  async function run(args: (string | number)[], keys: number): Promise<unknown> {
    try {
      return await redis.evalsha(takeScriptSha, keys, ...args);
    } catch (error) {
      // Scripts are forgotten by a restart; EVAL loads it again.
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return await redis.eval(takeScript, keys, ...args);
    }
  }

  return {
    async take(buckets, cost = 1) {
      // The script would fail, and a failure counts as an outage.
      if (buckets.length === 0) return describe([], [], { cost, allowed: true, nowMs: Date.now() });
      // The first requests after a start come before the connection.
      if (redis.status === "connecting" || redis.status === "connect") await whenReady(redis, CONNECT_PATIENCE_MS);
      sendWithThisTurn(redis);
      const args: (string | number)[] = buckets.map((bucket) => `${prefix}:limit:${bucket.key}`);
      args.push(cost);
      for (const { capacity, refill, intervalMs } of buckets) args.push(capacity, refill, intervalMs);
      const [allowed, nowMs, ...numbers] = (await run(args, buckets.length)) as [number, number, ...number[]];
      const usages: Usage[] = buckets.map((_, index) => ({
        used: numbers[2 * index] ?? 0,
        anchorMs: numbers[2 * index + 1] ?? nowMs,
      }));
      return describe(buckets, usages, { cost, allowed: allowed === 1, nowMs });
    },
    close: async () => {},
  };
}
