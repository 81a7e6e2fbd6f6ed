import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import { redisBinary, startRedisServer, type RedisServer } from "../../../test-kit/redis-server.ts";
import { newId } from "../../platform/ids/index.ts";
import { admit, codesOf, createAccount, limitsWith, openQuota, type QuotaWorld } from "./quota.fixture.ts";

const LIMIT = 150;

/** Real processes that die where it hurts, and a Redis that forgets. */
describe.skipIf(redisBinary() === null)("admission by processes that are killed", () => {
  if (redisBinary() === null) console.log("skipped: these tests need a redis-server, and this machine has none");
  let database: TestDatabase;
  let server: RedisServer;
  let world: QuotaWorld;
  const prefix = `test-${newId()}`;
  const children = new Set<ChildProcess>();
  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startRedisServer();
    world = await openQuota(database, "redis", () => limitsWith({ generationsPerMonth: LIMIT }), {
      prefix,
      url: server.url,
    });
  });
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await world?.[Symbol.asyncDispose]();
    await server?.stop();
    await database?.close();
  });

  function start(accountId: string, what: "hang" | "go") {
    const script = fileURLToPath(new URL("admitter.fixture.ts", import.meta.url));
    const child = spawn(
      process.execPath,
      ["--conditions=musicverse-source", script, database.appUrl, server.url, prefix, accountId, String(LIMIT), what],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    children.add(child);
    const exited = once(child, "exit").then(() => children.delete(child));
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    return {
      said: (word: string) => said.split("\n").filter((line) => line === word).length,
      kill: async () => {
        child.kill("SIGKILL");
        await exited;
      },
      exited,
    };
  }

  const entries = async (accountId: string) =>
    (await database.db.withTenant(accountId, (tx) => tx.query("select 1 from quota_entries"))).length;

  /** What is left, taken at once, and a few too many. */
  const fill = async (accountId: string) =>
    codesOf(await Promise.all(Array.from({ length: LIMIT + 20 }, () => admit(database, world.quota, accountId))));

  test("what was reserved and never committed is no generation less", async () => {
    const accountId = await createAccount(database);
    await Promise.all(Array.from({ length: 5 }, () => admit(database, world.quota, accountId)));
    const dying = [start(accountId, "hang"), start(accountId, "hang")];
    await expect.poll(() => dying.map((one) => one.said("reserved"))).toEqual([4, 4]);
    const filling = fill(accountId);
    await Promise.all(dying.map((one) => one.kill()));
    expect(await filling).toEqual({ admitted: LIMIT - 5, monthly_pool_exhausted: 25 });
    expect(await entries(accountId)).toBe(LIMIT);
  }, 60_000);

  test("kill -9, FLUSHALL and restarts in the middle: as many as fit, no more and no less", async () => {
    const accountId = await createAccount(database);
    let processes = [1, 2, 3].map(() => start(accountId, "go"));
    const disasters = [
      () => world.redis?.flushall(),
      () => server.restart(),
      () => processes[0]?.kill(),
      () => world.redis?.flushall(),
      async () => {
        await Promise.all(processes.map((one) => one.kill()));
        processes = [1, 2, 3].map(() => start(accountId, "go"));
      },
    ];
    for (const [index, disaster] of disasters.entries()) {
      await expect.poll(() => entries(accountId), { interval: 5 }).toBeGreaterThan((index * LIMIT) / 8);
      await disaster();
    }
    await Promise.all(processes.map(({ exited }) => exited));
    await fill(accountId);
    expect(await entries(accountId)).toBe(LIMIT);
    expect((await world.quota.usage(accountId)).monthly).toBe(LIMIT);
  }, 60_000);
});
