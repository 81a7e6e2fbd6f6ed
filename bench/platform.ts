import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { ensureRoles, roles } from "../server/migrations/roles.ts";
import { migrateUp } from "../server/migrations/runner.ts";
import { startPostgres } from "../server/src/dev/postgres.ts";
import { migrateQueueSchema } from "../server/src/platform/queue/index.ts";
import { startRedis } from "../server/test-kit/redis-server.ts";

const serverDirectory = fileURLToPath(new URL("../server/", import.meta.url));
const KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

export interface BenchPlatform extends AsyncDisposable {
  adminUrl: string;
  redis: boolean;
  /** Its settings, for a benchmark that is a part of the platform itself. */
  env: Record<string, string>;
  /** Starts a real server process, as in production; resolves with its URL. */
  start(command: "api" | "worker", env?: Record<string, string>): Promise<{ url: string } & AsyncDisposable>;
}

/** PostgreSQL with fsync on, Redis when there is one, and nothing else on it. */
export async function openBenchPlatform(): Promise<BenchPlatform> {
  const directory = mkdtempSync(join(tmpdir(), "musicverse-bench-"));
  const postgres = await startPostgres({ directory, settings: { shared_buffers: "256MB", max_connections: "200" } });
  const redis = await startRedis();
  await ensureRoles({ adminUrl: postgres.adminUrl, passwords: { owner: "owner", app: "app" } });
  const as = (user: string, password: string) =>
    Object.assign(new URL(postgres.adminUrl), { username: user, password }).href;
  const admin = new pg.Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  await admin.query(
    `grant create on database postgres to ${roles.owner}; grant create, usage on schema public to ${roles.owner}`,
  );
  await admin.end();
  await migrateUp(as(roles.owner, "owner"));
  await migrateQueueSchema(as(roles.owner, "owner"));

  const settings: Record<string, string> = {
    DATABASE_URL: as(roles.app, "app"),
    ...(redis && { REDIS_URL: redis.url }),
    PORT: "0",
    MASTER_KEYS: `b1:${KEY}`,
    KEY_PEPPERS: `p1:${KEY}`,
    STORAGE_DIR: join(directory, "storage"),
    USAGE_SPILL_DIR: join(directory, "usage"),
    WEBHOOK_ALLOW_LOOPBACK: "true",
  };
  return {
    adminUrl: postgres.adminUrl,
    redis: redis !== null,
    env: settings,
    start: (command, env = {}) => startServer(command, { ...settings, ...env }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([postgres.stop(), redis?.stop()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startServer(command: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ["--conditions=musicverse-source", "src/main.ts", command], {
    cwd: serverDirectory,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      // Only until it is ready: afterwards its log is read and dropped, as a log collector's pipe would take it.
      if (output === "ready") return;
      output += chunk.toString();
      const found =
        /"url":"(http:[^"]+)","msg":"API listening"/.exec(output)?.[1] ??
        (output.includes("worker started") ? "" : undefined);
      if (found === undefined) return;
      output = "ready";
      resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`${command} ended with code ${code}: ${output}`)));
  });
  return { url, [Symbol.asyncDispose]: () => stop(child) };
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

/** An account with a live key, one of its sandbox, and one track. */
export interface BenchAccount {
  accountId: string;
  key: string;
  testKey: string;
  trackId: string;
  trackUuid: string;
}

/** Accounts on the largest plan, so that no limit is met. */
export async function makeAccounts(url: string, adminUrl: string, count: number): Promise<BenchAccount[]> {
  const { MusicVerse } = await import("@musicverse/sdk");
  const { wavOf } = await import("../server/test-kit/audio.ts");
  const { decodeId } = await import("../server/src/platform/ids/index.ts");
  const made = [];
  for (let index = 0; index < count; index += 1) {
    // Addresses may sign up 20 times a minute; a benchmark asks from as many addresses as it needs.
    const visitor = new MusicVerse({ baseUrl: url, defaultHeaders: { "X-Forwarded-For": `198.51.100.${index}` } });
    const { session } = await visitor.accounts.signUp({
      email: `bench-${index}-${Date.now()}@example.com`,
      password: "a long benchmark password",
      name: "Bench",
    });
    const owner = new MusicVerse({ apiKey: session.token, baseUrl: url });
    const { key } = await owner.apiKeys.create({ name: "bench" });
    const { key: testKey } = await owner.apiKeys.create({ name: "bench" }, { mode: "test" });
    const track = await owner.tracks.upload({ file: wavOf({ seconds: 0.1 }), title: "bench" });
    const profile = await owner.accounts.getProfile();
    const accountId = decodeId("acc", profile.live_account_id) ?? "";
    made.push({ accountId, key, testKey, trackId: track.id, trackUuid: decodeId("trk", track.id) ?? "" });
  }
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  const enterprise =
    "select id, gen_random_uuid(), 'plan_grant', 'grant', 'enterprise', now(), 1 from accounts where id = any($1)";
  await admin.query(`insert into entitlements (account_id, id, source, ref, plan, starts_at, version) ${enterprise}`, [
    made.map(({ accountId }) => accountId),
  ]);
  await admin.end();
  return made;
}
