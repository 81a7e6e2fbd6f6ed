import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres, type EmbeddedPostgres } from "../../server/src/dev/postgres.ts";
import { startProcess } from "../../server/test-kit/process.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What an operator does on a database of their own: migrate as an owner who is no superuser, start, take back. */
describe("migrate", () => {
  const directory = mkdtempSync(join(tmpdir(), "musicverse-operator-"));
  let postgres: EmbeddedPostgres;
  let env: Record<string, string>;

  const as = (user: string) =>
    Object.assign(new URL(postgres.adminUrl), { username: user, password: "of-one-test", pathname: "/musicverse" })
      .href;
  const migrate = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=musicverse-source", "server/src/main.ts", "migrate", ...words],
      {
        cwd: root,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], ...env },
      },
    );
    return { status, stdout, stderr };
  };
  const admin = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: postgres.adminUrl });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };

  beforeAll(async () => {
    postgres = await startPostgres({ directory: join(directory, "postgres") });
    await admin("create role deployer login password 'of-one-test'", "create database musicverse owner deployer");
    const key = Buffer.alloc(32, 1).toString("base64");
    env = {
      DATABASE_URL: as("musicverse_app"),
      DATABASE_OWNER_URL: as("deployer"),
      MASTER_KEYS: `k1:${key}`,
      KEY_PEPPERS: `p1:${key}`,
      PORT: "0",
      STORAGE_DIR: join(directory, "storage"),
    };
  });
  afterAll(async () => {
    await postgres?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test("an owner who may not create the roles is told what an administrator has to do", () => {
    expect(migrate("up")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("create role musicverse_system nologin"),
    });
  });

  test("up, again, status: applied once; the server is ready; down takes the newest back", async () => {
    await admin("alter role deployer createrole");
    expect(migrate("up")).toMatchObject({ status: 0, stdout: expect.stringContaining("create_tracks") });
    expect(migrate("up")).toMatchObject({ status: 0, stdout: "No pending migrations.\n" });
    expect(migrate("status")).toMatchObject({ status: 0, stdout: "Up to date.\n" });

    const api = await startProcess("api", env);
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
    const taken = migrate("down");
    expect(taken).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d{14}_/) });
    const unready = await fetch(`${api.url}/readyz`);
    expect(unready.status).toBe(503);
    expect(await unready.json()).toMatchObject({
      code: "not_ready",
      checks: expect.arrayContaining([expect.objectContaining({ name: "migrations", status: "down" })]),
    });
    expect(await api.terminate()).toBe(0);
    expect(migrate("status").stdout).toBe(taken.stdout);
  });

  test.for([
    [["sideways"], 'migrate takes up, down or status, not "sideways"'],
    [["down", "all"], 'migrate down takes a number of migrations, not "all"'],
  ] as const)("migrate %j says what it takes", ([words, reason]) => {
    expect(migrate(...words)).toMatchObject({ status: 1, stderr: expect.stringContaining(reason) });
  });
});
