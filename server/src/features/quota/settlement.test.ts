import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { decodeId } from "../../platform/ids/index.ts";

/** What a generation costs of the plan, by how it ends. */
describe("the end of a generation", () => {
  let app: TestApp;
  let account: TestAccount;
  beforeAll(async () => {
    app = await startTestApp();
    account = await app.signUp();
  });
  afterEach(() => {
    app.simulator.clear();
    app.simulator.setLatency(0);
  });
  afterAll(() => app?.close());

  const ask = () =>
    account.test.generations.create({ prompt: "prompt-canary", instrumental: true, duration_seconds: 5 });
  const end = (id: string) =>
    account.test.generations.wait(id, { timeoutMs: 20_000 }).catch(() => account.test.generations.get(id));
  const pool = async () => (await account.test.limits.getRateLimits()).generations.monthly_pool.used;
  const outcomes = async (id: string) => {
    const rows = await app.services.db.asSystem("look in a test", (tx) =>
      tx.query<{ outcome: string }>("select outcome from quota_entries where generation_id = $1", [
        decodeId("gen", id),
      ]),
    );
    return rows.map(({ outcome }) => outcome);
  };

  test("one that needed several tries is charged once", async () => {
    const before = await pool();
    app.simulator.fail({ fault: "server_error", times: 2 });
    const { id } = await ask();
    expect(await end(id)).toMatchObject({ status: "completed" });
    expect(await outcomes(id)).toEqual(["charged"]);
    expect(await pool()).toBe(before + 1);
  });

  test.for(["policy", "no_balance", "server_error"] as const)(
    "one that fails for %s is given back, once",
    async (fault) => {
      const before = await pool();
      app.simulator.fail({ fault });
      const { id } = await ask();
      expect(await end(id)).toMatchObject({ status: "failed" });
      expect(await outcomes(id)).toEqual(["refunded"]);
      expect(await pool()).toBe(before);
    },
  );

  test("one that is canceled while the provider works is charged, and what comes of it late changes nothing", async () => {
    const before = await pool();
    app.simulator.setLatency(1);
    const { id } = await ask();
    await expect
      .poll(async () =>
        app.services.db.asSystem("look in a test", (tx) =>
          tx.query("select 1 from generations where id = $1 and dispatched_at is not null", [decodeId("gen", id)]),
        ),
      )
      .toHaveLength(1);
    await Promise.all([1, 2, 3].map(() => account.test.generations.cancel(id).catch(() => undefined)));
    expect(await outcomes(id)).toEqual(["charged"]);
    expect(await pool()).toBe(before + 1);
  });

  test("Redis counts what the ledger has, and holds no place of what has ended", async ({ skip }) => {
    const { redis } = app.services;
    if (!redis) return skip("without Redis nothing is counted there");
    const pattern = `${app.env["REDIS_PREFIX"] ?? ""}:app:*`;
    const read = async (part: string) => (await redis.keys(`${pattern}${part}*`))[0] ?? "";
    await expect.poll(async () => redis.zcard(await read("leases"))).toBe(1);
    expect(Number(await redis.get(await read(":gen_used")))).toBe(await pool());
  });
});
