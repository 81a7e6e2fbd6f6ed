import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { eachOnce, gate, openBench, places, type Bench } from "./bench.fixture.ts";
import { addItems, finish, workItemKind } from "./work-item.fixture.ts";

/** What another worker does that finds the lease expired. */
const takeAway = "update work_item set lease_token = gen_random_uuid(), lease_until = now() + interval '500 ms'";

const PATIENCE = { timeout: 20_000 };

describe.each(places)("work survives everything: on %s", (place) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(place);
  });
  afterEach(() => bench.reset());
  afterAll(() => bench?.close());
  const tally = () => bench.tally();

  test("two engines do 200 rows, each once", async () => {
    const [first, second] = [await bench.openEngine(), await bench.openEngine()];
    first.start([workItemKind(bench.pool)]);
    second.start([workItemKind(bench.pool)]);
    await bench.enqueueAll(first, await addItems(bench.pool, 200));
    await expect.poll(tally, PATIENCE).toEqual(eachOnce(200));
  });

  test("rows whose enqueueing never happened are found by the sweeper, and counted", async () => {
    await addItems(bench.pool, 20);
    (await bench.openEngine()).start([workItemKind(bench.pool)]);
    await expect.poll(tally, PATIENCE).toEqual(eachOnce(20));
    expect(bench.repaired).toBeGreaterThanOrEqual(20);
  });

  test("work held by a process killed with -9 is done once by another when the lease expires", async () => {
    const script = fileURLToPath(new URL("./worker.fixture.ts", import.meta.url));
    const [pointer] = await addItems(bench.pool, 1);
    const victim = spawn(process.execPath, [script, ...bench.workerArguments], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(victim.stdout, "data")) as [Buffer];
    expect(line.toString().trim()).toBe(pointer?.id);
    victim.kill("SIGKILL");
    await once(victim, "exit");

    (await bench.openEngine()).start([workItemKind(bench.pool)]);
    await expect.poll(tally, PATIENCE).toEqual({ rows: 1, done: 1, runs: 2 });
  });

  test("an engine that lost its lease is told to stop, and what it still writes does not count", async () => {
    const lost = gate();
    const slow = await bench.openEngine();
    const counted: boolean[] = [];
    slow.start([
      workItemKind(bench.pool, {
        leaseMs: 500,
        async run(claim, { signal }) {
          await bench.pool.query(takeAway);
          await once(signal, "abort");
          counted.push(await finish(bench.pool, claim));
          lost.open();
          throw signal.reason;
        },
      }),
    ]);
    await addItems(bench.pool, 1);
    await lost.opened;
    await slow.close();
    (await bench.openEngine()).start([workItemKind(bench.pool)]);
    await expect.poll(tally, PATIENCE).toEqual({ rows: 1, done: 1, runs: 2 });
    expect(counted).toEqual([false]);
    expect(bench.results).toContain("aborted");
  });

  test("a bug in a run is logged with its cause, and the row is tried again when the lease has expired", async () => {
    const lines: string[] = [];
    let runs = 0;
    const log = pino({ level: "error" }, { write: (line: string) => void lines.push(line) });
    const engine = await bench.openEngine({ log });
    engine.start([
      workItemKind(bench.pool, {
        leaseMs: 300,
        async run(claim) {
          runs += 1;
          if (runs === 1) throw new TypeError("undefined is not a song");
          await finish(bench.pool, claim);
        },
      }),
    ]);
    await bench.enqueueAll(engine, await addItems(bench.pool, 1));
    await expect.poll(tally, PATIENCE).toEqual({ rows: 1, done: 1, runs: 2 });
    expect(lines.join("")).toContain("undefined is not a song");
    expect(bench.results).toContain("failed");
  });

  test("200 rows survive a queue that is emptied while they wait", async () => {
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
    await bench.enqueueAll(engine, await addItems(bench.pool, 200));
    await running.opened;
    await bench.flush();
    release.open();
    await expect.poll(tally, PATIENCE).toEqual(eachOnce(200));
  });
});
