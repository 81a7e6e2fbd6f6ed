import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { ensureRoles, roles } from "../migrations/roles.ts";
import { migrateUp } from "../migrations/runner.ts";
import { startPostgres } from "../src/dev/postgres.ts";
import { databaseUrl, type TestPostgres } from "./database.ts";
import { migrateQueueSchema } from "../src/platform/queue/index.ts";
import { startRedis } from "./redis-server.ts";

const TEMPLATE = "musicverse_template";
const PASSWORDS = { owner: "owner-of-one-test-run", app: "app-of-one-test-run" };

/** A test's data is worth nothing after the run, so nothing waits for the disk. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_connections: "300",
  shared_buffers: "64MB",
  autovacuum_naptime: "1h",
};

/** One Postgres with a migrated template, and one Redis when there is one, for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), "musicverse-test-"));
  const started: { stop(): Promise<void> }[] = [];
  const teardown = async () => {
    await Promise.all(started.map((server) => server.stop()));
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres({ directory, settings: SETTINGS });
    started.push(postgres);
    project.provide("postgres", await prepare(postgres.adminUrl));
    const redis = await startRedis();
    if (redis) started.push(redis);
    else console.log("No redis-server or valkey-server on the PATH: the tests of the Redis side are skipped.");
    project.provide("redis", redis?.url ?? null);
  } catch (error) {
    // Vitest calls no teardown for a setup that failed.
    await teardown();
    throw error;
  }
  return teardown;
}

async function prepare(adminUrl: string): Promise<TestPostgres> {
  await ensureRoles({ adminUrl, passwords: PASSWORDS });
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${TEMPLATE} owner ${roles.owner}`).finally(() => admin.end());
  const urls = {
    admin: adminUrl,
    owner: databaseUrl(adminUrl, { user: roles.owner, password: PASSWORDS.owner }),
    app: databaseUrl(adminUrl, { user: roles.app, password: PASSWORDS.app }),
  };
  await migrateUp(databaseUrl(urls.owner, { database: TEMPLATE }));
  await migrateQueueSchema(databaseUrl(urls.owner, { database: TEMPLATE }));
  return { ...urls, template: TEMPLATE };
}
