import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisUrl } from "../../../test-kit/app.ts";
import { newId } from "../../platform/ids/index.ts";
import { connectRedis, whenReady } from "../../platform/redis/index.ts";
import { createProviderPlaces, type ProviderPlaces } from "./index.ts";

const MINUTE_MS = 60_000;

test("without Redis a process counts its own, and one that is not given back ends by itself", async () => {
  const places = createProviderPlaces({ redis: null, prefix: "test", log: pino({ level: "silent" }) });
  const one = (lane: "interactive" | "bulk" = "interactive") => ({
    pluginId: "minimax",
    model: "songs",
    lane,
    generationId: newId(),
  });
  const [first, second, bulk] = [one(), one(), one("bulk")];
  expect(await places.take(bulk, 2, MINUTE_MS)).toBe(true);
  expect(await places.take(one("bulk"), 2, MINUTE_MS), "one is left to interactive work").toBe(false);
  expect(await places.take(first, 2, 20)).toBe(true);
  expect(await places.take(second, 2, MINUTE_MS)).toBe(false);
  expect(await places.take(bulk, 2, MINUTE_MS), "its own place, once more").toBe(true);
  await expect.poll(() => places.take(second, 2, MINUTE_MS), { interval: 5 }).toBe(true);
  await places.release(bulk);
  expect(await places.take(first, 2, MINUTE_MS)).toBe(true);
});

describe.skipIf(redisUrl() === null)("places at a provider", () => {
  if (redisUrl() === null) console.log("skipped: places at a provider are counted in Redis, and this run has none");
  const log = pino({ level: "silent" });
  const connections = [1, 2, 3].map(() => null as ReturnType<typeof connectRedis> | null);
  let workers: ProviderPlaces[];
  beforeAll(async () => {
    const prefix = `test-${newId()}`;
    workers = await Promise.all(
      connections.map(async (_, index) => {
        const redis = connectRedis({ url: redisUrl() ?? "", use: "limiter", log });
        connections[index] = redis;
        await whenReady(redis, 5_000);
        return createProviderPlaces({ redis, prefix, log });
      }),
    );
  });
  afterAll(() => connections.forEach((redis) => redis?.disconnect()));

  const work = (model: string, lane: "interactive" | "bulk" = "interactive") => ({
    pluginId: "minimax",
    model,
    lane,
    generationId: newId(),
  });
  const any = (index: number): ProviderPlaces => workers[index % workers.length] as ProviderPlaces;
  const take = (wanted: ReturnType<typeof work>[], max: number, ms = MINUTE_MS) =>
    Promise.all(wanted.map((one, index) => any(index).take(one, max, ms)));

  test("workers together take as many as there are, and one that is given back can be had again", async () => {
    const wanted = Array.from({ length: 60 }, () => work("songs"));
    const taken = (await take(wanted, 7)).flatMap((got, index) => (got ? [wanted[index] as (typeof wanted)[0]] : []));
    expect(taken).toHaveLength(7);
    const [first] = taken;
    if (!first) throw new Error("nothing taken");
    expect(await any(1).take(first, 7, MINUTE_MS), "its own place, once more").toBe(true);
    expect(await any(2).take(work("songs"), 7, MINUTE_MS)).toBe(false);
    await any(1).release(first);
    expect(await take([work("songs"), work("songs")], 7)).toEqual([true, false]);
    expect(await any(0).take(work("another"), 7, MINUTE_MS), "each model has its own").toBe(true);
  });

  test("bulk work leaves one free for interactive work", async () => {
    expect(
      (
        await take(
          Array.from({ length: 10 }, () => work("lanes", "bulk")),
          3,
        )
      ).filter(Boolean),
    ).toHaveLength(2);
    expect((await take([work("lanes"), work("lanes")], 3)).filter(Boolean)).toHaveLength(1);
    expect(await any(0).take(work("single", "bulk"), 1, MINUTE_MS)).toBe(true);
    expect(await any(0).take(work("single"), 1, MINUTE_MS)).toBe(false);
  });

  test("the place of a killed worker frees itself, one that is renewed does not", async () => {
    const [killed, alive] = [work("leases"), work("leases")];
    expect(await take([killed, alive], 2, 300)).toEqual([true, true]);
    const next = work("leases");
    expect(await any(0).take(next, 2, MINUTE_MS)).toBe(false);
    await expect
      .poll(
        async () => {
          expect(await any(1).take(alive, 2, 300)).toBe(true);
          return any(0).take(next, 2, MINUTE_MS);
        },
        { interval: 50 },
      )
      .toBe(true);
    expect(await any(2).take(work("leases"), 2, MINUTE_MS)).toBe(false);
  });
});
