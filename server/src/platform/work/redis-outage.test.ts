import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eachOnce, gate, openBench, places, type Bench } from "./bench.fixture.ts";
import type { WorkEngine } from "./index.ts";
import { addItems, finish, workItemKind } from "./work-item.fixture.ts";

const PATIENCE = { timeout: 20_000 };

describe.skipIf(!places.includes("redis"))("work when Redis goes away", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench("redis");
  });
  afterEach(() => bench.reset());
  afterAll(() => bench?.close());
  const tally = () => bench.tally();
  /** Before it would give up running work, for which it has more patience. */
  const closes = (engine: WorkEngine) => Promise.race([engine.close().then(() => "closed"), delay(18_000, "hangs")]);

  test("Redis is killed with -9 and restarted under waiting workers: nothing is lost, nothing throws", async () => {
    const engine = await bench.openEngine();
    engine.start([workItemKind(bench.pool)]);
    await bench.enqueueAll(engine, await addItems(bench.pool, 10));
    await expect.poll(tally, PATIENCE).toEqual(eachOnce(10));
    await bench.redisServer?.kill(); // the worker is blocked on an empty queue
    await bench.enqueueAll(engine, await addItems(bench.pool, 40));
    expect(bench.enqueueFailures).toBe(40);
    await expect(engine.stats("item")).rejects.toThrow("not reachable");
    await bench.redisServer?.restart();
    await expect.poll(tally, PATIENCE).toEqual(eachOnce(50));
  });

  test("Redis is killed with -9 under running work: each is done once, the waiting ones too", async () => {
    const [running, release] = [gate(), gate()];
    const engine = await bench.openEngine();
    engine.start([
      workItemKind(bench.pool, {
        async run(claim) {
          running.open();
          await release.opened;
          await finish(bench.pool, claim);
        },
      }),
    ]);
    await bench.enqueueAll(engine, await addItems(bench.pool, 50));
    await running.opened;
    await bench.redisServer?.kill();
    release.open();
    await bench.redisServer?.restart();
    await expect.poll(tally, PATIENCE).toEqual(eachOnce(50));
  });

  test("closing does not wait for a Redis that is away", async () => {
    const engine = await bench.openEngine();
    engine.start([workItemKind(bench.pool)]);
    await bench.enqueueAll(engine, await addItems(bench.pool, 1));
    await expect.poll(tally, PATIENCE).toEqual(eachOnce(1));
    await bench.redisServer?.kill();
    try {
      expect(await closes(engine)).toBe("closed");
    } finally {
      await bench.redisServer?.restart();
    }
  });

  test("closing does not wait for a Redis that hangs, nor for the sweep that asked it", async () => {
    const engine = await bench.openEngine();
    let looks = 0;
    engine.start([workItemKind(bench.pool, { looked: () => (looks += 1) })]);
    await expect.poll(() => looks, PATIENCE).toBeGreaterThan(0);
    bench.redisServer?.freeze();
    try {
      await addItems(bench.pool, 1);
      const before = looks;
      await expect.poll(() => looks, PATIENCE).toBeGreaterThan(before);
      expect(await closes(engine)).toBe("closed");
    } finally {
      bench.redisServer?.thaw();
    }
  });
});
