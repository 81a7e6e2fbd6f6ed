import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { once } from "node:events";
import { eachOnce, gate, HOUR, openBench, places, type Bench } from "./bench.fixture.ts";
import type { WorkPointer } from "./index.ts";
import { addItems, finish, putBack, workItemKind } from "./work-item.fixture.ts";

const PATIENCE = { timeout: 20_000 };

describe.each(places)("work in its order: on %s", (place) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(place);
  });
  afterEach(() => bench.reset());
  afterAll(() => bench?.close());
  const tally = () => bench.tally();

  test("a row that becomes due while its job is running is done again, without the sweeper", async () => {
    const [swept, running, again] = [gate(), gate(), gate()];
    let runs = 0;
    const engine = await bench.openEngine({ sweepIntervalMs: HOUR });
    engine.start([
      workItemKind(bench.pool, {
        looked: swept.open,
        async run(claim) {
          runs += 1;
          if (runs > 1) return void (await finish(bench.pool, claim));
          running.open();
          await again.opened;
          await putBack(bench.pool, claim, 0);
        },
      }),
    ]);
    await swept.opened; // the only sweep is over
    const [pointer] = await addItems(bench.pool, 1);
    await bench.enqueueAll(engine, pointer ? [pointer] : []);
    await running.opened;
    await bench.enqueueAll(engine, pointer ? [pointer] : []); // finds the running job, adds nothing
    again.open();
    await expect.poll(tally, PATIENCE).toEqual({ rows: 1, done: 1, runs: 2 });
  });

  test("a kind with a rate begins no more than that, in all processes together, however often it is swept", async () => {
    const rate = { max: 3, perSeconds: 3600 };
    const [one, two] = [await bench.openEngine(), await bench.openEngine()];
    for (const engine of [one, two]) engine.start([{ ...workItemKind(bench.pool), rate }]);
    await bench.enqueueAll(one, await addItems(bench.pool, 10));
    await expect.poll(async () => (await tally())?.runs, PATIENCE).toBe(3);
    let sweeps = 0;
    await expect.poll(async () => ((sweeps += 1) > 10 ? (await tally())?.runs : "still looking"), PATIENCE).toBe(3);
  });

  test("interactive work is done before bulk that was there first", async () => {
    const [swept, holding, release] = [gate(), gate(), gate()];
    const order: string[] = [];
    const engine = await bench.openEngine({ sweepIntervalMs: HOUR });
    engine.start([
      workItemKind(bench.pool, {
        looked: swept.open,
        concurrency: 1,
        async run(claim) {
          if (order.length === 0) {
            holding.open();
            await release.opened;
          }
          order.push(claim.id);
          await finish(bench.pool, claim);
        },
      }),
    ]);
    await swept.opened; // the only sweep is over
    const first = await addItems(bench.pool, 1);
    await bench.enqueueAll(engine, first);
    await holding.opened;
    const bulk = await addItems(bench.pool, 5, 10);
    await bench.enqueueAll(engine, bulk);
    const interactive = await addItems(bench.pool, 5, 1);
    await bench.enqueueAll(engine, interactive);
    release.open();
    await expect.poll(tally, PATIENCE).toEqual(eachOnce(11));
    const lane = new Map([...interactive, ...bulk].map(({ id, priority }) => [id, priority]));
    expect(order.slice(1).map((id) => lane.get(id))).toEqual([1, 1, 1, 1, 1, 10, 10, 10, 10, 10]);
  });

  test("work that asks for a later time comes back then, not before, as no failure", async () => {
    const swept = gate();
    const times: number[] = [];
    const engine = await bench.openEngine({ sweepIntervalMs: HOUR });
    engine.start([
      workItemKind(bench.pool, {
        looked: swept.open,
        async run(claim, { delayUntil }) {
          times.push(Date.now());
          if (times.length > 1) return void (await finish(bench.pool, claim));
          await putBack(bench.pool, claim, 400);
          delayUntil(new Date(Date.now() + 420));
        },
      }),
    ]);
    await swept.opened; // the only sweep is over
    await bench.enqueueAll(engine, await addItems(bench.pool, 1));
    await expect.poll(tally, PATIENCE).toEqual({ rows: 1, done: 1, runs: 2 });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(400);
    expect(bench.results).toEqual(["delayed", "done"]);
  });

  test("delayed work that is made due earlier does not wait for its old time", async () => {
    let runs = 0;
    const engine = await bench.openEngine();
    engine.start([
      workItemKind(bench.pool, {
        async run(claim, { delayUntil }) {
          runs += 1;
          if (runs > 1) return void (await finish(bench.pool, claim));
          await putBack(bench.pool, claim, HOUR);
          delayUntil(new Date(Date.now() + HOUR));
        },
      }),
    ]);
    await bench.enqueueAll(engine, await addItems(bench.pool, 1));
    await expect.poll(() => engine.stats("item")).toMatchObject({ delayed: 1, active: 0 });
    await bench.pool.query("update work_item set due_at = now()");
    await expect.poll(tally, PATIENCE).toEqual({ rows: 1, done: 1, runs: 2 });
  });

  test("closing lets running work finish and takes nothing new", async () => {
    const [running, release] = [gate(), gate()];
    const engine = await bench.openEngine();
    engine.start([
      workItemKind(bench.pool, {
        concurrency: 1,
        async run(claim, { signal }) {
          running.open();
          await release.opened;
          signal.throwIfAborted();
          await finish(bench.pool, claim);
        },
      }),
    ]);
    await bench.enqueueAll(engine, await addItems(bench.pool, 3));
    await running.opened;
    const closed = engine.close();
    await bench.tally(); // closing is under way
    release.open();
    await closed;
    expect(await bench.tally()).toEqual({ rows: 3, done: 1, runs: 1 });
  });

  test("work that does not finish in time is told to stop at closing", async () => {
    const running = gate();
    const engine = await bench.openEngine({ finishTimeoutMs: 50 });
    engine.start([
      workItemKind(bench.pool, {
        async run(_claim, { signal }) {
          running.open();
          await once(signal, "abort");
          throw signal.reason;
        },
      }),
    ]);
    await bench.enqueueAll(engine, await addItems(bench.pool, 1));
    await running.opened;
    await engine.close();
    expect(bench.results).toEqual(["aborted"]);
  });

  test("the queue knows ids, nothing else", async () => {
    const engine = await bench.openEngine({ sweepIntervalMs: HOUR });
    const [pointer] = await addItems(bench.pool, 1);
    const extra = { ...pointer, prompt: "prompt-canary" } as unknown as WorkPointer;
    await engine.enqueue("item", extra);
    const stored = await bench.storedData(`item-${pointer?.id}`);
    expect(stored).toEqual({ id: pointer?.id, accountId: pointer?.accountId });
    expect(await engine.stats("item")).toEqual({ waiting: 1, active: 0, delayed: 0 });
  });
});
