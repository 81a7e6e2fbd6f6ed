import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { OutageCounts, OutageOrder } from "../src/platform/limiter/outage.fixture.ts";
import { startRedisServer, type RedisServer } from "./redis-server.ts";

const script = fileURLToPath(new URL("../src/platform/limiter/outage.fixture.ts", import.meta.url));

/** How Redis goes away: it hangs and comes back, or is killed and comes back without a memory. */
export type Outage = "hang" | "crash";

export interface OutageResult {
  limit: number;
  processes: number;
  /** Admitted by Redis before the outage, by the processes alone, and by Redis after its return. */
  before: number;
  alone: number;
  after: number;
  total: number;
  /** Takes that got no decision at all. */
  failed: number;
  /** Most that may be admitted in all, by what each process knew when Redis went away. */
  bound: number;
}

export interface OutageOptions {
  outage: Outage;
  limit: number;
  processes: number;
  /** Which of the processes are asked before the outage; all are, during and after it. */
  askedBefore: "all" | "one";
  /** Part of the limit that is used up before the outage. */
  usedBefore: number;
}

/**
 * Several processes take from one bucket, without a pause, more than it holds; Redis goes away in the middle and comes back.
 * All within one window, so that what is admitted in all can be held against the limit.
 */
export async function measureOutage({
  outage,
  limit,
  processes,
  askedBefore,
  usedBefore,
}: OutageOptions): Promise<OutageResult> {
  await using undo = new AsyncDisposableStack();
  const redis = await startRedisServer();
  undo.defer(() => redis.stop());
  const children = await Promise.all(Array.from({ length: processes }, () => start(redis, limit)));
  undo.defer(() => children.forEach((child) => child.kill("SIGKILL")));
  // Each one has said that it is there; the others hear of it when they say so the next time.
  await delay(2500);

  const reports = () => Promise.all(children.map(report));
  const sum = (counts: OutageCounts[], pick: (count: OutageCounts) => number) =>
    counts.reduce((total, count) => total + pick(count), 0);
  const until = async (done: (counts: OutageCounts[]) => boolean): Promise<OutageCounts[]> => {
    for (;;) {
      const counts = await reports();
      if (done(counts)) return counts;
      await delay(10);
    }
  };
  const load = (perSecond: number) => (child: ChildProcess) => child.send({ perSecond } satisfies OutageOrder);

  (askedBefore === "all" ? children : children.slice(0, 1)).forEach(load(limit / 5));
  await until((counts) => sum(counts, ({ byRedis }) => byRedis) >= limit * usedBefore);
  if (outage === "hang") redis.freeze();
  else await redis.kill();
  children.forEach(load(limit / 2));
  const away = await until((counts) => counts.every(({ degraded }) => degraded));
  const before = sum(away, ({ byRedis }) => byRedis);
  // Long enough for every process to use up its part.
  await delay(3000);
  if (outage === "hang") redis.thaw();
  else await redis.restart();
  await until((counts) => counts.every(({ degraded }) => !degraded));
  const refused = sum(await reports(), (count) => count.refused);
  const end = await until((counts) => sum(counts, (count) => count.refused) > refused + limit);

  const [alone, byRedis] = [sum(end, (count) => count.alone), sum(end, (count) => count.byRedis)];
  // What one process knew of it: everything that it saw admitted; the others, when they were not asked, nothing.
  const parts =
    askedBefore === "all"
      ? processes * Math.floor((limit - before) / processes)
      : Math.floor((limit - before) / processes) + (processes - 1) * Math.floor(limit / processes);
  return {
    limit,
    processes,
    before,
    alone,
    after: byRedis - before,
    total: alone + byRedis,
    failed: sum(end, (count) => count.failed),
    bound: Math.max(limit, before + parts),
  };
}

async function start(redis: RedisServer, limit: number): Promise<ChildProcess> {
  const child = fork(script, [redis.url, String(limit)], { execArgv: ["--conditions=musicverse-source"] });
  await once(child, "message");
  return child;
}

async function report(child: ChildProcess): Promise<OutageCounts> {
  child.send("report" satisfies OutageOrder);
  const [counts] = (await once(child, "message")) as [OutageCounts];
  return counts;
}
