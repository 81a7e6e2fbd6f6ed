import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { sendWithThisTurn, whenReady } from "../redis/index.ts";
import { describe, type Usage } from "./bucket.ts";
import type { Limiter } from "./limiter.ts";
import type { Debt } from "./local-share.ts";
import { heartbeatScript } from "./heartbeat-script.ts";
import { restoreScript } from "./restore-script.ts";
import { takeScript } from "./take-script.ts";

export interface RedisLimiterOptions {
  /** First part of every key, for deployments that share one Redis. */
  prefix?: string;
}

export interface SharedLimiter extends Limiter {
  /** Says that this process takes part, and learns how many do and which life of Redis this is. */
  attend(): Promise<{ processes: number; life: string }>;
  /** Told right before the debts, so that those can go out without a further question. */
  prepareRestore(): Promise<void>;
  /** Sends the debts before whatever is taken after this call. `lost`: Redis had forgotten everything. */
  restore(debts: readonly Debt[], lost: boolean): Promise<void>;
  /** Calls when the connection breaks, which is when Redis may forget. */
  onDisconnect(listener: () => void): void;
}

const CONNECT_PATIENCE_MS = 1000;
/** A process counts for this long after it last said that it is there. */
const PRESENT_MS = 10_000;

/**
 * Exact across processes: one round trip per request, in the server's clock. Rejects when Redis does not answer
 * (`createLimiter` adds the fallback). The connection stays the caller's.
 */
export function createRedisLimiter(redis: Redis, { prefix = "musicverse" }: RedisLimiterOptions = {}): SharedLimiter {
  const self = randomUUID();
  const heartbeatKeys = [`${prefix}:limit:{presence}:processes`, `${prefix}:limit:{presence}:life`];
  let attended = false;

  return {
    async take(buckets, cost = 1) {
      // The script would fail, and a failure counts as an outage.
      if (buckets.length === 0) return describe([], [], { cost, allowed: true, nowMs: Date.now() });
      // The first requests after a start come before the connection.
      if (redis.status === "connecting" || redis.status === "connect") await whenReady(redis, CONNECT_PATIENCE_MS);
      sendWithThisTurn(redis);
      const keys = buckets.map((bucket) => `${prefix}:limit:${bucket.key}`);
      const args = [cost];
      for (const { capacity, refill, intervalMs } of buckets) args.push(capacity, refill, intervalMs);
      const [allowed, nowMs, ...numbers] = (await takeScript.run(redis, keys, args)) as [number, number, ...number[]];
      const usages: Usage[] = buckets.map((_, index) => ({
        used: numbers[2 * index] ?? 0,
        anchorMs: numbers[2 * index + 1] ?? nowMs,
      }));
      return describe(buckets, usages, { cost, allowed: allowed === 1, nowMs });
    },
    async attend() {
      if (redis.status === "connecting" || redis.status === "connect") await whenReady(redis, CONNECT_PATIENCE_MS);
      attended = true;
      const [processes, life] = (await heartbeatScript.run(redis, heartbeatKeys, [self, PRESENT_MS, randomUUID()])) as [
        number,
        string,
      ];
      return { processes, life };
    },
    prepareRestore: () => restoreScript.load(redis),
    async restore(debts, lost) {
      if (debts.length === 0) return;
      const pipeline = redis.pipeline();
      for (const { key, known, own, ageMs, refill, intervalMs } of debts) {
        pipeline.evalsha(
          restoreScript.sha,
          1,
          `${prefix}:limit:${key}`,
          known,
          own,
          ageMs,
          refill,
          intervalMs,
          lost ? 1 : 0,
        );
      }
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    },
    onDisconnect: (listener) => void redis.on("close", listener),
    close: async () => {
      if (attended && redis.status === "ready") await redis.zrem(heartbeatKeys[0] ?? "", self).catch(() => undefined);
    },
  };
}
