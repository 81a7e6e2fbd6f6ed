import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EmbeddedPostgres, startPostgres } from "./postgres.ts";

let directory: string;
let running: EmbeddedPostgres[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "musicverse-embedded-"));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((postgres) => postgres.stop()));
  rmSync(directory, { recursive: true, force: true });
});

async function start(options: { port?: number; directory?: string } = {}): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ directory, settings: { fsync: "off" }, ...options });
  running.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql).finally(() => client.end());
  return rows;
}

test("data outlives a stop and a start, and a stopped server is gone", async () => {
  const first = await start();
  await query(first.adminUrl, "create table kept as select 1 as value");
  await first.stop();
  await expect(query(first.adminUrl, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  const second = await start();
  expect(await query(second.adminUrl, "select value from kept")).toEqual([{ value: 1 }]);
});

test("nobody enters without the password", async () => {
  const { adminUrl } = await start();
  const url = new URL(adminUrl);
  url.password = "pw-canary-guess";
  await expect(query(url.href, "select 1")).rejects.toThrow(/password authentication failed/);
});

test("a taken port is named, and nothing is left running", async () => {
  const { port } = await start();
  const other = join(directory, "other");
  await expect(startPostgres({ directory: other, port })).rejects.toThrow(
    `Port ${port} for the embedded Postgres is taken`,
  );
  expect(existsSync(join(other, "data", "postmaster.pid"))).toBe(false);
});

test("a directory that a living process uses is refused by naming the process", async () => {
  await start();
  writeFileSync(join(directory, "starter.pid"), "1");
  await expect(startPostgres({ directory })).rejects.toThrow(/in use by process 1/);
});

test("a server whose starter was killed is stopped, and its data served by the next one", async () => {
  const script = `
    import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, "postgres.ts"))};
    const { adminUrl } = await startPostgres({ directory: ${JSON.stringify(directory)}, settings: { fsync: "off" } });
    console.log(adminUrl);`;
  const starter = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve) => {
    starter.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
  });
  await query(url, "create table kept as select 2 as value");
  starter.kill("SIGKILL");
  await new Promise((resolve) => starter.once("exit", resolve));
  expect(await query(url, "select value from kept")).toEqual([{ value: 2 }]);

  const next = await start();
  await expect(query(url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  expect(await query(next.adminUrl, "select value from kept")).toEqual([{ value: 2 }]);
});
