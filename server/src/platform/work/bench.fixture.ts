import { Client, Pool } from "pg";
import { pino } from "pino";
import { createTestDatabase } from "../../../test-kit/database.ts";
import { redisBinary, startRedisServer } from "../../../test-kit/redis-server.ts";
import { createPostgresQueues, createRedisQueues, migrateQueueSchema, type QueueBackend } from "../queue/index.ts";
import { connectRedis, whenReady } from "../redis/index.ts";
import {
  createWorkEngine,
  type WorkEngine,
  type WorkEngineOptions,
  type WorkPointer,
  type WorkResult,
} from "./index.ts";
import { createWorkItemTable } from "./work-item.fixture.ts";

export const HOUR = 3_600_000;
export type Place = "redis" | "postgres";

/** Where the same promises are tested: on both places BullMQ can live in. */
export const places: Place[] = redisBinary() ? ["redis", "postgres"] : ["postgres"];
if (places.length === 1) console.warn("skipped: work on Redis (no redis-server on the PATH)");

const log = pino({ level: "silent" });

/** A table of work items, a place for the queue, and as many engines on them as a test opens. */
export async function openBench(place: Place) {
  const database = await createTestDatabase({ migrated: false });
  await migrateQueueSchema(database.ownerUrl);
  const pool = new Pool({ connectionString: database.ownerUrl });
  pool.on("error", () => {}); // connections that the drop of the database ends
  await pool.query(`${createWorkItemTable}; grant all on work_item to musicverse_app`);
  const redisServer = place === "redis" ? await startRedisServer() : null;
  const closers: (() => Promise<unknown>)[] = [];
  const prefix = "bench";

  function connect() {
    const redis = connectRedis({ url: redisServer?.url ?? "", use: "queue", log });
    closers.push(async () => redis.disconnect());
    return redis;
  }

  async function openBackend(): Promise<QueueBackend> {
    if (!redisServer) return createPostgresQueues({ url: database.appUrl, listen: database.db.listen, log });
    const redis = connect();
    await whenReady(redis, 5000);
    return createRedisQueues({ redis, prefix, log });
  }

  const bench = {
    pool,
    redisServer,
    results: [] as WorkResult[],
    repaired: 0,
    enqueueFailures: 0,

    /** An engine as a process has it. With `sweepIntervalMs` of an hour only its first sweep happens. */
    async openEngine(options: Partial<WorkEngineOptions> = {}): Promise<WorkEngine> {
      const metrics = {
        job: (_kind: string, result: WorkResult) => void bench.results.push(result),
        repaired: (_kind: string, count: number) => void (bench.repaired += count),
        enqueueFailed: () => void (bench.enqueueFailures += 1),
      };
      const engine = createWorkEngine({ backend: await openBackend(), log, metrics, sweepIntervalMs: 100, ...options });
      closers.push(() => engine.close());
      return engine;
    },

    async tally() {
      const { rows } = await pool.query<{ rows: number; done: number; runs: number }>(`
        select count(*)::int as rows, coalesce(sum(done), 0)::int as done, coalesce(sum(runs), 0)::int as runs
        from work_item`);
      return rows[0];
    },

    enqueueAll: (engine: WorkEngine, pointers: WorkPointer[]) =>
      Promise.all(pointers.map((pointer) => engine.enqueue("item", pointer))),

    /** Arguments of the worker process that is there to be killed. */
    workerArguments: [database.appUrl, redisServer?.url ?? "", prefix],

    /** Breaks the connections that processes listen on; how many there were. */
    async cutListening(): Promise<number> {
      const admin = new Client({ connectionString: database.adminUrl });
      await admin.connect();
      const { rowCount } = await admin
        .query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name = 'musicverse listen'`,
        )
        .finally(() => admin.end());
      return rowCount ?? 0;
    },

    /** Everything the queue holds, gone. */
    async flush(): Promise<void> {
      if (redisServer) await connect().flushall();
      else await pool.query("truncate bullmq.job cascade");
    },

    /** What the queue stores of a job. */
    async storedData(jobId: string): Promise<unknown> {
      if (redisServer) return JSON.parse((await connect().hget(`{${prefix}:item}:item:${jobId}`, "data")) ?? "null");
      return (await pool.query("select data from bullmq.job where id = $1", [jobId])).rows[0]?.data;
    },

    /** Ends a test: no engine, no rows, no jobs. */
    async reset(): Promise<void> {
      for (const close of closers.splice(0).toReversed()) await close();
      await pool.query("truncate work_item");
      await bench.flush();
      for (const close of closers.splice(0)) await close();
      Object.assign(bench, { results: [], repaired: 0, enqueueFailures: 0 });
    },

    async close(): Promise<void> {
      await pool.end();
      await redisServer?.stop();
      await database.close();
    },
  };
  return bench;
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** The tally of `count` rows that were each done by one run. */
export function eachOnce(count: number) {
  return { rows: count, done: count, runs: count };
}

/** A moment a test waits for, or holds back. */
export function gate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
