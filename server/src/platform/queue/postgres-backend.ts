import { createPostgresBackend, withBackend, type PostgresConnectionOptions, type PostgresQueueBackend } from "bullmq";
import { Pool } from "pg";
import type { Logger } from "pino";
import type { Database } from "../db/index.ts";
import { setTimeout as delay } from "node:timers/promises";
import { openQueue, openWorker, type BullPlace } from "./bullmq.ts";
import { listeningPool } from "./listening-pool.ts";
import type { QueueBackend } from "./queue.ts";
import { queueSchema } from "./schema.ts";

export interface PostgresBackendOptions {
  /** The server's own database, as the role that runs queries. Not through a pooler in transaction mode: BullMQ needs its search path. */
  url: string;
  /** Of the same database. All workers of this process share its connection. */
  listen: Database["listen"];
  log: Logger;
}

/** Commands at once, however many workers there are. */
const POOL_MAX = 16;

/** BullMQ in the database: needs nothing but Postgres, at about a fifth of Redis' speed. */
export function createPostgresQueues({ url, listen, log }: PostgresBackendOptions): QueueBackend {
  const pool = new Pool({
    connectionString: url,
    max: POOL_MAX,
    // Lets a worker sleep on its connection instead of asking every few seconds.
    keepAlive: true,
    options: `-c search_path=${queueSchema}`,
  });
  pool.setMaxListeners(0); // BullMQ adds one per queue and worker
  // A connection that drops while idle or closing is replaced or gone anyway; the next query tells what is wrong.
  pool.on("error", () => {});
  const place: BullPlace<PostgresQueueBackend, PostgresConnectionOptions> = {
    classes: withBackend<PostgresQueueBackend, PostgresConnectionOptions>(createPostgresBackend),
    connection: pool,
    prefixOf: () => "",
    // Its bulk function creates two temporary tables a call, and a sequence, which the server's role may not.
    bulk: false,
    async states(queue, jobIds) {
      const { rows } = await pool.query<{ id: string; state: string }>({
        name: "queue_states",
        text: "select id, state::text as state from job where queue = $1 and id = any ($2)",
        values: [queue.name, jobIds],
      });
      const stateOf = new Map(rows.map(({ id, state }) => [id, state]));
      return jobIds.map((id) => {
        const state = stateOf.get(id);
        if (state === undefined) return "absent";
        return state === "delayed" ? "delayed" : "present";
      });
    },
    log,
  };
  const queues = new Map<string, ReturnType<typeof openQueue>>();
  return {
    kind: "postgres",
    isReady: () => true,
    async waitUntilReady(signal) {
      // BullMQ remembers a failed first connection for ever: nothing is opened before the database answers.
      for (;;) {
        try {
          await pool.query("select 1 from migration limit 1");
          return;
        } catch (error) {
          if ((error as { code?: string }).code === "42P01") {
            throw new Error("the queue's tables are missing in this database: run `migrate up`", { cause: error });
          }
          await delay(250, undefined, { signal });
        }
      }
    },
    queue(name) {
      const known = queues.get(name) ?? openQueue(place, name);
      queues.set(name, known);
      return known;
    },
    worker: (name, options) => openWorker({ ...place, connection: listeningPool(pool, name, listen) }, name, options),
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      queues.clear();
      // Does not resolve while a worker that could not be closed holds a connection.
      await Promise.race([pool.end(), delay(1000, undefined, { ref: false })]);
    },
  };
}
