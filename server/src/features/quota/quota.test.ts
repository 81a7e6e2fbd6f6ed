import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeId } from "../../platform/ids/index.ts";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";

/** What the owner of an account meets. */
describe("over HTTP", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ worker: false, env: { MINIMAX_API_KEY: "not-a-real-key" } });
  });
  afterAll(() => app?.close());
  const song = { prompt: "prompt-canary", instrumental: true, duration_seconds: 5 };
  const generate = (key: string) => app.request("post", "/v1/generate", { key, body: song });

  test("a second generation beside the one of a free account is refused until that one has ended, which gives it back", async () => {
    const account = await app.signUp();
    const first = await account.live.generations.create(song);
    const refused = await generate(account.liveKey);
    expect(refused).toMatchObject({
      status: 429,
      headers: { "retry-after": "5" },
      body: {
        code: "concurrency_limit",
        "violated-policies": ["concurrency"],
        upgrade_plan: "standard",
      },
    });
    expect(Date.parse(String(refused.body["ends_at"]))).toBeGreaterThan(Date.now());
    await account.live.generations.cancel(first.id);
    expect((await generate(account.liveKey)).status).toBe(202);
  });

  test("everybody can look where the limits stand, which takes nothing", async () => {
    const account = await app.signUp({ tier: "standard" });
    const { id } = await account.live.generations.create(song);
    await account.live.generations.create(song);
    await account.live.generations.cancel(id);
    const now = new Date();
    const monthEnd = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString();
    for (let index = 0; index < 3; index += 1) {
      const { generations } = await account.live.limits.getRateLimits();
      expect(generations).toEqual({
        monthly_pool: { limit: 300, used: 1, remaining: 299, resets_at: monthEnd },
        hourly_burst: { limit: 60, used: 2, remaining: 58, resets_at: expect.stringMatching(/:00:00.000Z$/) },
        full_regenerations: { limit: 30, used: 0, remaining: 30, resets_at: monthEnd },
        concurrency: { limit: 2, used: 1, remaining: 1, resets_at: null },
        regeneration_cooldown_seconds: 15,
      });
    }
    expect((await account.test.limits.getRateLimits()).generations).toMatchObject({
      monthly_pool: { limit: 10_000, used: 0 },
      concurrency: { limit: 200 },
    });
  });

  test("the month's generations are admitted, and the next one is told when there will be new ones", async () => {
    const account = await app.signUp();
    for (let index = 0; index < 5; index += 1) {
      expect((await generate(account.liveKey)).status).toBe(202);
      // As if each had been made and paid for.
      await app.services.db.asSystem("a test ends generations", (tx) =>
        tx.query(
          "update quota_entries set outcome = 'charged', settled_at = now(), lease_until = null where outcome = 'reserved'",
        ),
      );
    }
    const { status, body, headers } = await generate(account.liveKey);
    const now = new Date();
    const nextMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
    expect({ status, body }).toMatchObject({
      status: 429,
      body: {
        code: "monthly_pool_exhausted",
        ends_at: nextMonth.toISOString(),
        upgrade_plan: "basic",
        "violated-policies": ["monthly_pool", "hourly_burst"],
      },
    });
    expect(Math.abs(Number(headers["retry-after"]) - (nextMonth.getTime() - now.getTime()) / 1000)).toBeLessThan(60);
    expect(await app.services.metrics.registry.metrics()).toContain(
      'musicverse_quota_refusals_total{code="monthly_pool_exhausted"} 1',
    );
  });

  test("a plan's generations do not all start in one hour: the refusal says when the next ones may", async () => {
    const account = await app.signUp({ tier: "basic" });
    const accountId = decodeId("acc", account.liveId) ?? "";
    // Twenty that were made in this hour; no counters say otherwise, for it is the account's first.
    await app.services.db.withTenant(accountId, (tx) =>
      tx.query(
        `insert into quota_entries (account_id, generation_id, admitted_at, outcome, settled_at)
       select $1, gen_random_uuid(), now(), 'charged', now() from generate_series(1, 20)`,
        [accountId],
      ),
    );
    const { status, body, headers } = await generate(account.liveKey);
    expect({ status, body }).toMatchObject({
      status: 429,
      body: { code: "hourly_burst_exceeded", ends_at: expect.stringMatching(/:00:00.000Z$/), upgrade_plan: "standard" },
    });
    expect(Number(headers["retry-after"])).toBeLessThanOrEqual(3600);
  });
});
