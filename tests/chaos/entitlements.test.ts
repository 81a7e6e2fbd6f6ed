import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { grantPlan, startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { startFaultProxy, type FaultProxy } from "../../server/test-kit/fault-proxy.ts";
import { startProcess, type ServerProcess } from "../../server/test-kit/process.ts";
import { redisBinary, startRedisServer, type RedisServer } from "../../server/test-kit/redis-server.ts";

const missing = redisBinary() ? null : "no redis-server on the PATH";
if (missing) console.warn(`skipped: entitlements while Redis is away (${missing})`);

/** What an account may is right within a second of its change, in every process, whatever becomes of Redis or of one connection. */
describe.skipIf(missing)("entitlements while something fails", () => {
  let redis: RedisServer;
  let toRedis: FaultProxy;
  let toDatabase: FaultProxy;
  let app: TestApp;
  let other: ServerProcess;
  let account: TestAccount;
  const plans = ["basic", "standard", "pro", "free"] as const;
  let turn = 0;

  beforeAll(async () => {
    redis = await startRedisServer();
    toRedis = await startFaultProxy({ host: "127.0.0.1", port: Number(new URL(redis.url).port) });
    app = await startTestApp({
      worker: false,
      env: { REDIS_URL: `redis://127.0.0.1:${toRedis.port}`, LIMITER_TIMEOUT_MS: "250" },
    });
    const database = new URL(app.env["DATABASE_URL"] ?? "");
    toDatabase = await startFaultProxy({ host: database.hostname, port: Number(database.port) });
    const listenUrl = new URL(database);
    listenUrl.hostname = "127.0.0.1";
    listenUrl.port = String(toDatabase.port);
    other = await startProcess("api", { ...app.env, DATABASE_LISTEN_URL: listenUrl.href });
    account = await app.signUp();
  });
  afterAll(async () => {
    await other?.kill9();
    await app?.close();
    await Promise.all([toRedis?.close(), toDatabase?.close()]);
    await redis?.stop();
  });
  afterEach(() => {
    redis.thaw();
    toRedis.slow(0);
    toRedis.up();
    toDatabase.up();
  });

  /** Of both processes. */
  const seen = async () =>
    Promise.all(
      [app.url, other.url].map(
        async (baseUrl) => (await app.client(account.sessionToken, { baseUrl }).entitlements.get("variants")).plan,
      ),
    );

  /** Changes the plan, when both processes have seen the one before; answers what both are to see. */
  async function changed(): Promise<string[]> {
    const before = plans[(turn + plans.length - 1) % plans.length];
    expect(await seen()).toEqual([before, before]);
    const plan = plans[turn % plans.length] ?? "free";
    turn += 1;
    await grantPlan(app.services, account.liveId, plan);
    return [plan, plan];
  }
  const soon = { timeout: 1000, interval: 20 };

  test("all is well", async () => {
    await expect.poll(seen, soon).toEqual(await changed());
  });

  test("Redis is slow", async () => {
    toRedis.slow(200);
    await expect.poll(seen, soon).toEqual(await changed());
  });

  test("Redis hangs", async () => {
    redis.freeze();
    await expect.poll(seen, soon).toEqual(await changed());
  });

  test("Redis is down", async () => {
    toRedis.down();
    for (let index = 0; index < 2; index += 1) await expect.poll(seen, soon).toEqual(await changed());
  });

  test("Redis comes and goes", async () => {
    const flapping = setInterval(() => void (Math.random() < 0.5 ? toRedis.down() : toRedis.up()), 30);
    try {
      for (let index = 0; index < 5; index += 1) await expect.poll(seen, soon).toEqual(await changed());
    } finally {
      clearInterval(flapping);
    }
  });

  test("the connection for notifications is cut again and again", async () => {
    for (let index = 0; index < 3; index += 1) {
      toDatabase.cut();
      await expect.poll(seen, soon).toEqual(await changed());
    }
  });

  test("the connection for notifications cannot be made: each question asks the database", async () => {
    toDatabase.down();
    for (let index = 0; index < 2; index += 1) await expect.poll(seen, soon).toEqual(await changed());
    const { text } = await app.request("get", "/metrics");
    expect(text).toMatch(/musicverse_entitlement_lookups_total\{result="hit"\} [1-9]/);
    const elsewhere = await (await fetch(`${other.url}/metrics`)).text();
    expect(elsewhere).toMatch(/musicverse_entitlement_lookups_total\{result="uncached"\} [1-9]/);
  });
});
