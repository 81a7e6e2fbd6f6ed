import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import minimax from "@musicverse/plugin-minimax";
import type { SimulatorControl } from "@musicverse/plugin-kit";
import { startSimulator } from "@musicverse/plugin-kit/simulator";
import { Client } from "pg";
import { ensureRoles, roles } from "../../server/migrations/roles.ts";
import { migrateUp } from "../../server/migrations/runner.ts";
import { startPostgres, type EmbeddedPostgres } from "../../server/src/dev/postgres.ts";
import { migrateQueueSchema } from "../../server/src/platform/queue/index.ts";
import { databaseUrl } from "../../server/test-kit/database.ts";
import { freePort } from "../../server/test-kit/free-port.ts";
import { startProcess, type ServerProcess } from "../../server/test-kit/process.ts";
import { startRedisServer, type RedisServer } from "../../server/test-kit/redis-server.ts";

/** A deployment in which everything can die: two API processes, two workers, Redis and Postgres of its own. */
export interface StormPlatform extends AsyncDisposable {
  /** Fixed for the whole run: a process that comes back listens where it was. */
  urls: string[];
  simulator: SimulatorControl;
  adminUrl(): string;
  /** Kills one API process or worker with SIGKILL and starts it again. */
  killApi(index: number): Promise<void>;
  killWorker(index: number): Promise<void>;
  /** Kills Redis and starts it empty. */
  restartRedis(): Promise<void>;
  /** Restarts Postgres: as an operator does ("fast"), or after a crash of its postmaster. */
  restartPostgres(how: "fast" | "crash"): Promise<void>;
}

const KEYS = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const PASSWORDS = { owner: "owner-of-one-test-run", app: "app-of-one-test-run" };

export async function startStormPlatform(): Promise<StormPlatform> {
  await using undo = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), "musicverse-storm-"));
  undo.defer(() => rmSync(directory, { recursive: true, force: true }));

  const port = await freePort();
  // Durable as in production, for it is going to crash.
  const openPostgres = () =>
    startPostgres({ directory: join(directory, "postgres"), port, settings: { max_connections: "200" } });
  let postgres = await openPostgres();
  undo.defer(() => postgres.stop());
  const redis: RedisServer = await startRedisServer();
  undo.defer(() => redis.stop());
  const load = minimax.simulator?.load;
  if (!load) throw new Error("minimax ships no simulator");
  const simulator = await startSimulator((await load())({ latency: 0.05 }));
  undo.defer(() => simulator.close());

  const urls = await prepare(postgres);
  const env: Record<string, string> = {
    DATABASE_URL: urls.app,
    REDIS_URL: redis.url,
    MASTER_KEYS: `t1:${KEYS}`,
    KEY_PEPPERS: `p1:${KEYS}`,
    STORAGE_DIR: join(directory, "storage"),
    WEBHOOK_ALLOW_LOOPBACK: "true",
    SWEEP_INTERVAL_MS: "500",
    LEASE_MS: "3000",
    SHUTDOWN_TIMEOUT_MS: "5000",
    PLUGINS: "minimax",
    MINIMAX_SIMULATOR_URL: simulator.origin,
  };
  const ports = [String(await freePort()), String(await freePort())];
  const openApi = (index: number) => startProcess("api", { ...env, PORT: ports[index] ?? "" });
  const apis = [await openApi(0), await openApi(1)];
  const workers = [await startProcess("worker", env), await startProcess("worker", env)];
  undo.defer(async () => void (await Promise.all([...apis, ...workers].map((process) => process.kill9()))));

  const running = undo.move();
  return {
    urls: ports.map((api) => `http://127.0.0.1:${api}`),
    simulator: simulator.control,
    adminUrl: () => databaseUrl(postgres.adminUrl, { database: "storm" }),
    killApi: (index) => replace(apis, index, () => openApi(index)),
    killWorker: (index) => replace(workers, index, () => startProcess("worker", env)),
    restartRedis: () => redis.restart(),
    restartPostgres: async (how) => {
      if (how === "crash") await crash(postgres);
      else await postgres.stop();
      postgres = await eventually(openPostgres);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function prepare({ adminUrl }: EmbeddedPostgres) {
  await ensureRoles({ adminUrl, passwords: PASSWORDS });
  await withClient(adminUrl, (client) => client.query(`create database storm owner ${roles.owner}`));
  const as = (user: string, password: string) => databaseUrl(adminUrl, { user, password, database: "storm" });
  const owner = as(roles.owner, PASSWORDS.owner);
  await migrateUp(owner);
  await migrateQueueSchema(owner);
  return { app: as(roles.app, PASSWORDS.app) };
}

/** SIGKILL for the postmaster: its children notice and go, and the next start recovers from the log. */
async function crash({ adminUrl }: EmbeddedPostgres): Promise<void> {
  const { rows } = await withClient(adminUrl, (client) =>
    client.query<{ data_directory: string }>("show data_directory"),
  );
  process.kill(
    Number.parseInt(readFileSync(join(rows[0]?.data_directory ?? "", "postmaster.pid"), "utf8"), 10),
    "SIGKILL",
  );
}

export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** A process may refuse to start while what it needs is down, as under any supervisor: it is started until it runs. */
async function replace(processes: ServerProcess[], index: number, start: () => Promise<ServerProcess>): Promise<void> {
  await processes[index]?.kill9();
  processes[index] = await eventually(start);
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
