import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { redisBinary, startRedisServer, type RedisServer } from "../../../test-kit/redis-server.ts";
import { systemClock } from "../clock/index.ts";
import { connectRedis } from "../redis/index.ts";
import { createLimiter, type Limiter } from "./index.ts";

const missing = redisBinary() ? null : "no redis-server on the PATH";
if (missing) console.warn(`skipped: limiter without its Redis (${missing})`);

describe.skipIf(missing)("a limiter whose Redis goes away", () => {
  let server: RedisServer;
  let limiter: Limiter;
  let lines: string[];
  let counted: { degraded: boolean[]; takes: number };
  let disconnect: () => void;

  beforeEach(async () => {
    server = await startRedisServer();
    const redis = connectRedis({ url: server.url, use: "limiter", log: pino({ level: "silent" }) });
    disconnect = () => redis.disconnect();
    lines = [];
    counted = { degraded: [], takes: 0 };
    limiter = createLimiter({
      redis,
      clock: systemClock,
      log: pino({ level: "info" }, { write: (line: string) => void lines.push(line) }),
      metrics: {
        degraded: (isDegraded) => void counted.degraded.push(isDegraded),
        degradedTake: () => void (counted.takes += 1),
      },
    });
  });
  afterEach(async () => {
    await limiter.close();
    disconnect();
    await server.stop();
  });

  const hundred = { key: "{account}", capacity: 100, refill: 100, intervalMs: 3_600_000 };
  const takes = async (count: number) => {
    let allowed = 0;
    for (let request = 0; request < count; request += 1) {
      if ((await limiter.take([hundred])).allowed) allowed += 1;
    }
    return allowed;
  };

  test("a request that comes before the connection waits for it, and is exact", async () => {
    expect(await limiter.take([hundred])).toMatchObject({ allowed: true, degraded: false });
  });

  test("goes on counting from where Redis was: neither open nor dead", async () => {
    expect(await takes(60)).toBe(60);
    await server.kill();
    expect(await takes(100)).toBe(40);
    expect((await limiter.take([hundred])).degraded).toBe(true);
  });

  test("what guards against guessing gives a quarter of what it would", async () => {
    const guarded = { ...hundred, key: "{guarded}", failClosed: true };
    await takes(1);
    await server.kill();
    let allowed = 0;
    for (let request = 0; request < 50; request += 1) if ((await limiter.take([guarded])).allowed) allowed += 1;
    expect(allowed).toBe(25);
  });

  test("says so once per outage, counts what it decided alone, and returns by itself", async () => {
    await server.kill();
    await takes(5);
    expect(counted.takes).toBe(5);
    await server.restart();
    await expect.poll(async () => (await limiter.take([hundred])).degraded, { timeout: 10_000 }).toBe(false);
    expect(counted.degraded).toEqual([true, false]);
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      expect.stringContaining("counted per process"),
      expect.stringContaining("exact again"),
    ]);
  });

  test("a Redis that hangs costs one request its patience, not every request", async () => {
    server.freeze();
    const start = performance.now();
    await takes(50);
    expect(performance.now() - start).toBeLessThan(3000); // 50 × 250 ms would be 12,500
    expect(counted.takes).toBe(50);
    server.thaw();
    await expect.poll(async () => (await limiter.take([hundred])).degraded, { timeout: 10_000 }).toBe(false);
  });
});
