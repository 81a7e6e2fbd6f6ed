// A worker process to be killed: takes items and never finishes them, saying which it holds.
// Arguments: database, Redis ("" for the PostgreSQL backend), queue prefix.
import { Pool } from "pg";
import { pino } from "pino";
import { createDatabase } from "../db/index.ts";
import { createPostgresQueues, createRedisQueues } from "../queue/index.ts";
import { connectRedis } from "../redis/index.ts";
import { createWorkEngine } from "./index.ts";
import { workItemKind } from "./work-item.fixture.ts";

const [databaseUrl = "", redisUrl = "", prefix = ""] = process.argv.slice(2);
const log = pino({ level: "silent" });
const backend = redisUrl
  ? createRedisQueues({ redis: connectRedis({ url: redisUrl, use: "queue", log }), prefix, log })
  : createPostgresQueues({
      url: databaseUrl,
      listen: createDatabase({ url: databaseUrl, poolMax: 1, log }).listen,
      log,
    });
const engine = createWorkEngine({ backend, log, sweepIntervalMs: 100 });
const pool = new Pool({ connectionString: databaseUrl });

engine.start([
  workItemKind(pool, {
    run: async ({ id }) => {
      process.stdout.write(`${id}\n`);
      await new Promise(() => {});
    },
  }),
]);
