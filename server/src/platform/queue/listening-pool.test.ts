import type { EventEmitter } from "node:events";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eachOnce, gate, HOUR, openBench, type Bench } from "../work/bench.fixture.ts";
import type { Database } from "../db/index.ts";
import { addItems, workItemKind } from "../work/work-item.fixture.ts";
import { listeningPool } from "./listening-pool.ts";

const PATIENCE = { timeout: 20_000 };

let bench: Bench;
beforeAll(async () => {
  bench = await openBench("postgres");
});
afterEach(() => bench.reset());
afterAll(() => bench?.close());

test("workers of many queues listen on one connection, and each hears of its own jobs", async () => {
  const kinds = Array.from({ length: 40 }, (_, index) => ({
    ...workItemKind(bench.pool),
    name: `item-${index}`,
    queue: `item-${index}`,
    due: async () => [],
  }));
  const engine = await bench.openEngine({ sweepIntervalMs: HOUR });
  engine.start(kinds);
  const pointers = await addItems(bench.pool, kinds.length);
  await Promise.all(pointers.map((pointer, index) => engine.enqueue(`item-${index}`, pointer)));
  await expect.poll(() => bench.tally(), PATIENCE).toEqual(eachOnce(kinds.length));
  expect(await bench.cutListening()).toBe(1);
});

test("what was missed while the connection was away is looked for when it is back, by each worker for its own queue", async () => {
  let cameBack: () => void = () => undefined;
  const listen: Database["listen"] = (_channel, _heard, onReset = () => undefined) => {
    cameBack = onReset;
    return () => undefined;
  };
  const client = (await listeningPool(bench.pool, "drain", listen).connect()) as unknown as EventEmitter & {
    query(text: string): Promise<unknown>;
  };
  const heard: unknown[] = [];
  client.on("notification", ({ payload }: { payload: string }) => heard.push(payload));
  await client.query("LISTEN bullmq_jobs");
  cameBack();
  expect(heard).toEqual(["drain"]);
});

test("a cut connection loses no job", async () => {
  const swept = gate();
  const engine = await bench.openEngine({ sweepIntervalMs: HOUR });
  engine.start([workItemKind(bench.pool, { looked: swept.open })]);
  await swept.opened; // the only sweep is over
  await bench.enqueueAll(engine, await addItems(bench.pool, 1));
  await expect.poll(() => bench.tally(), PATIENCE).toEqual(eachOnce(1));
  expect(await bench.cutListening()).toBe(1);
  await bench.enqueueAll(engine, await addItems(bench.pool, 1));
  await expect.poll(() => bench.tally(), PATIENCE).toEqual(eachOnce(2));
});
