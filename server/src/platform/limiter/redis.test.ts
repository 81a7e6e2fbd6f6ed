import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisBinary, startRedisServer, type RedisServer } from "../../../test-kit/redis-server.ts";
import { connectRedis, whenReady } from "../redis/index.ts";
import { limiterSuite } from "./limiter.suite.ts";
import { createRedisLimiter } from "./redis.ts";

const log = pino({ level: "silent" });
const missing = redisBinary() ? null : "no redis-server on the PATH";
if (missing) console.warn(`skipped: limiter on Redis (${missing})`);

describe.skipIf(missing)("the limiter in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server?.stop());

  async function connect() {
    const redis = connectRedis({ url: server.url, use: "limiter", log });
    await whenReady(redis, 5000);
    return redis;
  }

  limiterSuite(async () => {
    const redis = await connect();
    return {
      limiter: createRedisLimiter(redis),
      movesClock: false,
      async advance(ms) {
        for (const key of await redis.keys("musicverse:limit:*")) {
          const [value, ttlMs] = await Promise.all([redis.get(key), redis.pttl(key)]);
          if (value === null || ttlMs <= ms) {
            await redis.del(key);
            continue;
          }
          const [used, anchorMs] = value.split(":").map(Number);
          await redis.set(key, `${used}:${(anchorMs ?? 0) - ms}`, "PX", ttlMs - ms);
        }
      },
      close: async () => redis.disconnect(),
    };
  });

  test("a bucket's key expires when the bucket is full again, not before and not never", async () => {
    const redis = await connect();
    const limiter = createRedisLimiter(redis);
    const bucket = { key: "{ttl}", capacity: 10, refill: 2, intervalMs: 60_000 };
    const { nowMs } = await limiter.take([bucket], 5);
    expect(await redis.pexpiretime("musicverse:limit:{ttl}")).toBe(nowMs + 3 * 60_000);
    await limiter.take([{ ...bucket, key: "{short}", intervalMs: 5, refill: 10 }]);
    await expect.poll(() => redis.exists("musicverse:limit:{short}")).toBe(0);
    redis.disconnect();
  });

  test("a server clock that was set back does not freeze a bucket", async () => {
    const redis = await connect();
    const bucket = { key: "{clock}", capacity: 1, refill: 1, intervalMs: 1000 };
    await redis.set("musicverse:limit:{clock}", `1:${Date.now() + 3_600_000}`, "EX", 3600);
    expect((await createRedisLimiter(redis).take([bucket])).allowed).toBe(true);
    redis.disconnect();
  });

  test("1,000 requests of two processes against a bucket of 100 admit exactly 100", async () => {
    const script = fileURLToPath(new URL("./take-many.fixture.ts", import.meta.url));
    const admitted = await Promise.all(
      [1, 2].map(async () => {
        const child = spawn(process.execPath, [script, server.url, "500"], { stdio: ["ignore", "pipe", "inherit"] });
        return Number(await text(child.stdout));
      }),
    );
    expect(admitted.reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  test("a restarted Redis, which has forgotten the script, is given it again", async () => {
    const redis = await connect();
    const limiter = createRedisLimiter(redis);
    const bucket = { key: "{script}", capacity: 2, refill: 2, intervalMs: 60_000 };
    await limiter.take([bucket]);
    await redis.script("FLUSH");
    expect((await limiter.take([bucket])).buckets[0]?.remaining).toBe(0);
    redis.disconnect();
  });
});
