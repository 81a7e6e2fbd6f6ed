import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureRoles } from "../../../migrations/roles.ts";
import { migrateUp } from "../../../migrations/runner.ts";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { databaseUrl } from "../../../test-kit/database.ts";
import { startProcess, type ServerProcess } from "../../../test-kit/process.ts";
import { startPostgres } from "../../dev/postgres.ts";
import { migrateQueueSchema } from "../../platform/queue/index.ts";

/** Real processes, which end in every way; requests that need no database, so that its outages do not stop them. */
let undo: AsyncDisposableStack;
let app: TestApp;
beforeEach(async () => {
  undo = new AsyncDisposableStack();
  app = await startTestApp({ worker: false, api: false });
  undo.defer(() => app.close());
});
afterEach(() => undo.disposeAsync());

async function start(env = app.env): Promise<ServerProcess> {
  const process = await startProcess("api", env);
  undo.defer(() => process.kill9());
  return process;
}

async function ask({ url }: ServerProcess, requests: number): Promise<void> {
  await Promise.all(Array.from({ length: requests }, async () => (await fetch(`${url}/healthz`)).text()));
}

async function stored(adminUrl = app.database.adminUrl): Promise<number> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const { rows } = await client.query<{ n: number }>(
    "select coalesce(sum(requests), 0)::int as n from usage_requests where operation = 'getLiveness'",
  );
  await client.end();
  return rows[0]?.n ?? 0;
}

test("two processes that are stopped gracefully right after their last answer have stored every request", async () => {
  const [first, second] = await Promise.all([start(), start()]);
  for (let round = 0; round < 5; round += 1) await Promise.all([ask(first, 40), ask(second, 60)]);
  expect(await Promise.all([first.terminate(), second.terminate()])).toEqual([0, 0]);
  expect(await stored()).toBe(500);
});

test("kill -9 loses at most what ended within one flush interval", async () => {
  const process = await start();
  const endedAt: number[] = [];
  const end = Date.now() + 3_000;
  while (Date.now() < end) {
    await ask(process, 5);
    for (let time = 0; time < 5; time += 1) endedAt.push(Date.now());
  }
  await process.kill9();
  const killedAt = Date.now();
  const kept = await stored();
  // The interval, and as long as storing a batch takes on a busy machine.
  expect(kept).toBeGreaterThanOrEqual(endedAt.filter((time) => time < killedAt - 2_000).length);
  expect(kept).toBeLessThanOrEqual(endedAt.length);
});

test("a restart of PostgreSQL of several seconds loses nothing and doubles nothing", async () => {
  const directory = mkdtempSync(join(tmpdir(), "musicverse-restart-"));
  undo.defer(() => rmSync(directory, { recursive: true, force: true }));
  let postgres = await startPostgres({ directory });
  undo.defer(() => postgres.stop());
  const { adminUrl, port } = postgres;
  await ensureRoles({ adminUrl, passwords: { owner: "owner", app: "app" } });
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query("create database usage owner musicverse_owner").finally(() => admin.end());
  const as = (user: string, password: string) => databaseUrl(adminUrl, { user, password, database: "usage" });
  await migrateUp(as("musicverse_owner", "owner"));
  await migrateQueueSchema(as("musicverse_owner", "owner"));

  const process = await start({ ...app.env, DATABASE_URL: as("musicverse_app", "app") });
  await ask(process, 50);
  await postgres.stop();
  const down = Date.now();
  let asked = 50;
  while (Date.now() < down + 3_000) {
    await ask(process, 10);
    asked += 10;
  }
  postgres = await startPostgres({ directory, port });
  await ask(process, 20);
  asked += 20;
  const counts = async () => stored(databaseUrl(adminUrl, { database: "usage" }));
  await expect.poll(counts, { timeout: 20_000 }).toBe(asked);
  expect(await process.terminate()).toBe(0);
  expect(await counts()).toBe(asked);
});
