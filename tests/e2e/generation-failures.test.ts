import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** What a provider can do wrong, and what its customer sees of it. */
describe("a provider in trouble", () => {
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

  const calls = () => app.simulator.calls()["POST /v1/music_generation"] ?? 0;
  const ask = () =>
    account.test.generations.create({ prompt: "trouble prompt-canary", instrumental: true, duration_seconds: 5 });
  const end = async (id: string) =>
    account.test.generations.wait(id, { timeoutMs: 20_000 }).catch(() => account.test.generations.get(id));

  test.for([
    ["a 429 with Retry-After", { fault: "rate_limit", times: 1, retryAfterSeconds: 1 }],
    ["a 500", { fault: "server_error", times: 1 }],
    ["a 503 page of HTML", { fault: "unavailable", times: 1 }],
    ["an answer that is no JSON", { fault: "garbage", times: 1 }],
    ["a connection cut before any answer", { fault: "drop", times: 1 }],
    ["a connection cut in the middle of the song", { fault: "truncate", times: 1 }],
    ["an internal error inside an HTTP 200", { fault: "internal", times: 1 }],
  ] as const)("%s is tried again and the song is made, once", async ([, order]) => {
    const before = calls();
    app.simulator.fail(order);
    const { id } = await ask();
    expect(await end(id)).toMatchObject({ status: "completed", error: null });
    expect(calls() - before).toBe(2);
    const tracks = await Array.fromAsync(account.test.tracks.list({ limit: 100 }));
    expect(tracks.filter(({ generation_id: generation }) => generation === id)).toHaveLength(1);
  });

  test.for([
    ["policy", "content_policy"],
    ["output_policy", "content_policy"],
    ["no_balance", "provider_unavailable"],
    ["bad_key", "provider_unavailable"],
  ] as const)("%s fails at once as %s, with one event and no track", async ([fault, code]) => {
    const before = calls();
    app.simulator.fail({ fault, times: 1 });
    const { id } = await ask();
    const failed = await end(id);
    expect(failed).toMatchObject({ status: "failed", track_id: null, error: { code } });
    expect(failed.error?.message).toMatch(/\w/);
    expect(calls() - before).toBe(1);
    const events = await Array.fromAsync(account.test.events.list({ type: "generation.failed", limit: 100 }));
    expect(events.filter(({ data }) => (data as { id: string }).id === id)).toHaveLength(1);
  });

  test("a rate limit without a time is waited for, which is no failed try", async () => {
    const before = calls();
    app.simulator.fail({ fault: "busy", times: 1 });
    const { id } = await ask();
    await expect
      .poll(async () => ({ calls: calls() - before, ...(await account.test.generations.get(id)) }))
      .toMatchObject({ calls: 1, status: "queued", error: null });
    const [row] = await app.services.db.asSystem("look in a test", (tx) =>
      tx.query<{ attempts: number; wait: number }>(
        "select attempts, extract(epoch from due_at - now())::float8 as wait from generations where status = 'queued'",
      ),
    );
    expect(row?.attempts).toBe(0);
    expect(row?.wait).toBeGreaterThan(20);
    await account.test.generations.cancel(id);
  });

  test("a provider that never recovers: the generation fails after the written number of tries", async () => {
    const before = calls();
    app.simulator.fail({ fault: "server_error" });
    const { id } = await ask();
    expect(await end(id)).toMatchObject({ status: "failed", error: { code: "provider_unavailable" } });
    expect(calls() - before).toBe(3);
  });

  test("a call that hangs is let go when the generation is canceled, and its late song is thrown away", async () => {
    app.simulator.fail({ fault: "hang", times: 1 });
    const before = calls();
    const { id } = await ask();
    await expect.poll(() => calls() - before).toBe(1);
    await account.test.generations.cancel(id);
    app.simulator.clear();
    expect(await end(id)).toMatchObject({ status: "canceled", track_id: null });
    const next = await ask();
    expect(await end(next.id)).toMatchObject({ status: "completed" });
    expect(calls() - before).toBe(2);
  });

  test("interactive work does not wait behind bulk", async () => {
    app.simulator.setLatency(0.2);
    const bulk = await Promise.all(
      Array.from({ length: 60 }, () =>
        account.test.generations.create({
          prompt: "bulk prompt-canary",
          instrumental: true,
          duration_seconds: 5,
          lane: "bulk",
        }),
      ),
    );
    const interactive = await ask();
    expect(await end(interactive.id)).toMatchObject({ status: "completed" });
    const { data } = await account.test.generations.list({ status: "completed", limit: 100 });
    const done = new Set(data.map(({ id }) => id));
    expect(bulk.filter(({ id }) => !done.has(id)).length).toBeGreaterThan(0);
    app.simulator.setLatency(0);
    for (const { id } of bulk) expect(await end(id)).toMatchObject({ status: "completed" });
  }, 60_000);
});
