import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { within } from "../../platform/limiter/within.ts";
import { redisScript } from "../../platform/redis/index.ts";
import { providerKeys } from "./keys.ts";

export interface ProviderWork {
  pluginId: string;
  model: string;
  lane: "interactive" | "bulk";
  generationId: string;
}

/** How many calls of one model are out at its provider, counted over all workers. (GEN-11) */
export interface ProviderPlaces {
  /** A place for `ms`, or a longer time in the one it has; false: all are taken. */
  take(work: ProviderWork, max: number, ms: number): Promise<boolean>;
  release(work: ProviderWork): Promise<void>;
}

const TIMEOUT_MS = 1_000;

/**
 * KEYS: leases of its lane, of the other lane. ARGV: generation, most for it, for how many ms. A lease that nobody renews ends.
 */
const takeScript = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 1, 2 do redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%.0f', now)) end
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) + redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[3]), ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], last[2])
return 1
`);

/**
 * Leases in Redis. Without it, or while it is away, a worker has no more calls out than the provider allows anyway: then
 * several workers may have more together, and the provider's own refusals slow them down.
 */
export function createProviderPlaces({ redis, prefix, log }: { redis: Redis | null; prefix: string; log: Logger }): ProviderPlaces {
  return {
    take: async (work, max, ms) => {
      if (redis?.status !== "ready") return true;
      // Bulk work leaves one place free, so that interactive work does not wait until it ends. (GEN-20)
      const most = work.lane === "bulk" && max > 1 ? max - 1 : max;
      try {
        return (await within(takeScript.run(redis, providerKeys(prefix, work), [work.generationId, most, ms]), TIMEOUT_MS)) === 1;
      } catch (error) {
        log.warn({ err: error }, "calls at the provider are not counted: Redis does not answer");
        return true;
      }
    },
    release: async (work) => {
      const [own] = providerKeys(prefix, work);
      // A lease that could not be given back ends by itself.
      if (redis?.status === "ready") await within(redis.zrem(own, work.generationId), TIMEOUT_MS).catch(() => 0);
    },
  };
}
