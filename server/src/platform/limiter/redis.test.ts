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

  describe("what processes knew and gave out alone comes back into Redis", () => {
    const bucket = { key: "{restore}", capacity: 100, refill: 100, intervalMs: 60_000 };
    const debt = (known: number, own: number, ageMs = 1000) => ({
      key: bucket.key,
      known,
      own,
      ageMs,
      refill: 100,
      intervalMs: 60_000,
    });
    const processes = [debt(60, 10), debt(58, 7), debt(0, 5)];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];

    test.each(orders)(
      "in any order (%i %i %i), with requests in between, to a Redis that had forgotten everything",
      async (...order) => {
        const redis = await connect();
        await redis.del(`musicverse:limit:${bucket.key}`);
        const limiter = createRedisLimiter(redis);
        await limiter.prepareRestore();
        for (const index of order) {
          await limiter.take([bucket]);
          await limiter.restore([processes[index] ?? debt(0, 0)], true);
        }
        const { buckets } = await limiter.take([bucket], 0);
        // 60 of before, once, 22 given out alone, 3 taken since.
        expect(buckets[0]?.remaining).toBe(100 - 60 - 22 - 3);
        redis.disconnect();
      },
    );

    test("to one that had only been away, what it knew is not counted again", async () => {
      const redis = await connect();
      await redis.del(`musicverse:limit:${bucket.key}`);
      const limiter = createRedisLimiter(redis);
      await limiter.prepareRestore();
      await limiter.take([bucket], 60);
      await limiter.restore(processes, false);
      expect((await limiter.take([bucket], 0)).buckets[0]?.remaining).toBe(100 - 60 - 22);
      redis.disconnect();
    });

    test("and means nothing any more once its interval is over; more than the limit is paid back in the next", async () => {
      const redis = await connect();
      await redis.del(`musicverse:limit:${bucket.key}`);
      const limiter = createRedisLimiter(redis);
      await limiter.prepareRestore();
      await limiter.restore([debt(60, 10, 60_000)], true);
      expect(await redis.exists(`musicverse:limit:${bucket.key}`)).toBe(0);
      await limiter.restore([debt(100, 30, 60_000)], true);
      expect((await limiter.take([bucket], 0)).buckets[0]?.remaining).toBe(70);
      redis.disconnect();
    });
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
