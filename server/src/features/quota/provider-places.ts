import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { withTimeout } from "../../platform/time/index.ts";
import { redisScript } from "../../platform/redis/index.ts";
import { providerKeys } from "./keys.ts";

export interface ProviderWork {
  pluginId: string;
  model: string;
  lane: "interactive" | "bulk";
  generationId: string;
}

/** How many calls of one model are out at its provider, counted over all workers. */
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
 * Leases in Redis. Without it, or while it is away, each worker counts its own: then several may have more out together, and
 * the provider's own refusals slow them down.
 */
export function createProviderPlaces({
  redis,
  prefix,
  log,
}: {
  redis: Redis | null;
  prefix: string;
  log: Logger;
}): ProviderPlaces {
  /** Key of a lane → generation → until when this process has a place for it (performance.now()). */
  const own = new Map<string, Map<string, number>>();
  const heldIn = (key: string): Map<string, number> => {
    const held = own.get(key) ?? new Map<string, number>();
    for (const [id, until] of held) if (until < performance.now()) held.delete(id);
    own.set(key, held);
    return held;
  };
  const takeAlone = ([lane, other]: [string, string], { generationId }: ProviderWork, most: number): boolean =>
    heldIn(lane).has(generationId) || heldIn(lane).size + heldIn(other).size < most;
  const takeFromRedis = async (
    keys: string[],
    { generationId }: ProviderWork,
    most: number,
    ms: number,
  ): Promise<boolean | null> => {
    if (redis?.status !== "ready") return null;
    try {
      return (await withTimeout(takeScript.run(redis, keys, [generationId, most, ms]), TIMEOUT_MS)) === 1;
    } catch (error) {
      log.warn({ err: error }, "Redis unavailable for provider slots; each worker counts its own calls");
      return null;
    }
  };
  return {
    take: async (work, max, ms) => {
      // Bulk work leaves one place free, so that interactive work does not wait until it ends.
      const most = work.lane === "bulk" && max > 1 ? max - 1 : max;
      const keys = providerKeys(prefix, work);
      const taken = (await takeFromRedis(keys, work, most, ms)) ?? takeAlone(keys, work, most);
      if (taken) heldIn(keys[0]).set(work.generationId, performance.now() + ms);
      return taken;
    },
    release: async (work) => {
      const [lane] = providerKeys(prefix, work);
      own.get(lane)?.delete(work.generationId);
      // A lease that could not be given back ends by itself.
      if (redis?.status === "ready") await withTimeout(redis.zrem(lane, work.generationId), TIMEOUT_MS).catch(() => 0);
    },
  };
}
