import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

export interface RedisScript {
  /** By which Redis knows it, for a pipeline; `load` it before. */
  readonly sha: string;
  load(redis: Redis): Promise<void>;
  /** Rejects when Redis does not answer; the arguments travel as text. */
  run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
}

/** A Lua script that Redis knows by its hash, and is told whenever it has forgotten it. */
export function redisScript(source: string): RedisScript {
  const sha = createHash("sha1").update(source).digest("hex");
  return {
    sha,
    load: async (redis) => void (await redis.script("LOAD", source)),
    async run(redis, keys, args) {
      try {
        return await redis.evalsha(sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
        return redis.eval(source, keys.length, ...keys, ...args);
      }
    },
  };
}
