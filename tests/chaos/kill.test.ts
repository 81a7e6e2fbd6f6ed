import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import {
  redisUrl,
  startTestApp,
  type TestAccount,
  type TestApp,
  type TestAppOptions,
} from "../../server/test-kit/app.ts";
import { startProcess, type ServerProcess } from "../../server/test-kit/process.ts";
import { startReceiver, type Receiver } from "../../server/test-kit/receiver.ts";
import { startRedisServer } from "../../server/test-kit/redis-server.ts";

/** Killing anything at any moment loses nothing and doubles nothing. */
describe("processes die", () => {
  let undo = new AsyncDisposableStack();
  const world = async (options: TestAppOptions = {}) => {
    undo = new AsyncDisposableStack();
    const app = await startTestApp({ worker: false, ...options });
    undo.defer(() => app.close());
    const account = await app.signUp();
    const receiver = await startReceiver();
    undo.defer(() => receiver.close());
    const webhook = await account.test.webhooks.create({ url: receiver.url, event_types: ["generation.completed"] });
    return { app, account, receiver, webhook };
  };
  const start = async (command: "api" | "worker", app: TestApp): Promise<ServerProcess> => {
    const process = await startProcess(command, app.env);
    undo.defer(() => process.kill9());
    return process;
  };
  afterEach(() => undo.disposeAsync());

  const ask = (account: TestAccount, seconds = 5) =>
    account.test.generations.create({
      prompt: `song ${randomUUID()} prompt-canary`,
      instrumental: true,
      duration_seconds: seconds,
    });

  async function expectDoneOnce(
    { app, account, receiver }: { app: TestApp; account: TestAccount; receiver: Receiver },
    ids: string[],
  ) {
    for (const id of ids)
      expect(await account.test.generations.wait(id, { timeoutMs: 60_000 })).toMatchObject({ status: "completed" });
    const tracks = await Array.fromAsync(account.test.tracks.list({ limit: 100 }));
    expect(tracks.map(({ generation_id }) => String(generation_id)).toSorted()).toEqual(ids.toSorted());
    const events = await Array.fromAsync(account.test.events.list({ type: "generation.completed", limit: 100 }));
    expect(events.map(({ data }) => (data as { id: string }).id).toSorted()).toEqual(ids.toSorted());
    for (const { id } of events) await receiver.next(({ event }) => event.id === id);
    // At least once, and each time under the same webhook-id.
    for (const { headers, event } of receiver.received) expect(headers["webhook-id"]).toBe(event.id);
    const [row] = await rows<{ left: number }>(
      app,
      "select count(*)::int as left from generations where lease_until is not null or finished_at is null",
    );
    expect(row?.left).toBe(0);
  }

  test("kill -9 of the worker in the middle of a generation: done after restart, one track, one event", async () => {
    const here = await world();
    here.app.simulator.setLatency(3);
    const worker = await start("worker", here.app);
    const { id } = await ask(here.account);
    await expect.poll(() => here.app.simulator.calls()["POST /v1/music_generation"] ?? 0, { timeout: 20_000 }).toBe(1);
    await worker.kill9();
    expect(await here.account.test.generations.get(id)).toMatchObject({ status: "running" });
    here.app.simulator.setLatency(0);
    await start("worker", here.app);
    await expectDoneOnce(here, [id]);
  });

  test("kill -9 of the worker in the middle of a reel: written after restart, each variant once, one event", async () => {
    const { app, account } = await world();
    app.simulator.setLatency(3);
    const worker = await start("worker", app);
    const { draft_id: draftId, generation_id: id } = await account.test.drafts.create({
      brief: "prompt-canary",
      platform: "tiktok",
      variants: 2,
    });
    await expect.poll(() => app.simulator.calls()["POST /v1/text/chatcompletion_v2"] ?? 0, { timeout: 20_000 }).toBe(1);
    await worker.kill9();
    expect(await account.test.drafts.get(draftId)).toMatchObject({ status: "generating", variants: [] });
    app.simulator.setLatency(0);
    await start("worker", app);
    expect(await account.test.generations.wait(id, { timeoutMs: 60_000 })).toMatchObject({ status: "completed" });
    expect(await account.test.drafts.get(draftId)).toMatchObject({
      status: "ready",
      variants: [{ position: 0 }, { position: 1 }],
    });
    expect(await rows(app, "select 1 from draft_variants")).toHaveLength(2);
    expect(await rows(app, "select 1 from events where type = 'generation.completed'")).toHaveLength(1);
    expect(await rows(app, "select 1 from quota_entries")).toHaveLength(1);
  });

  test("kill -9 of the API right after its 202: the generation is done", async () => {
    const here = await world();
    await start("worker", here.app);
    const ids: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const api = await start("api", here.app);
      const response = await fetch(`${api.url}/v1/generate`, {
        method: "POST",
        headers: { Authorization: `Bearer ${here.account.testKey}`, "Content-Type": "application/json" },
        body: JSON.stringify({ prompt: "prompt-canary", instrumental: true, duration_seconds: 5 }),
      });
      const killed = api.kill9();
      expect(response.status).toBe(202);
      const { id } = (await response.json()) as { id: string };
      await killed;
      ids.push(id);
    }
    await expectDoneOnce(here, ids);
  });

  test("work that was committed and never queued is found by the sweeper", async () => {
    const here = await world();
    // The process that would have queued it dies between commit and queue: the row is all there is.
    here.app.services.work.enqueue = async () => undefined;
    const { id } = await ask(here.account);
    await start("worker", here.app);
    await expectDoneOnce(here, [id]);
  });

  test("a worker that is told to stop finishes what it does", async () => {
    const here = await world();
    here.app.simulator.setLatency(1);
    const worker = await start("worker", here.app);
    const { id } = await ask(here.account);
    await expect
      .poll(async () => (await here.account.test.generations.get(id)).status, { timeout: 20_000 })
      .toBe("running");
    expect(await worker.terminate()).toBe(0);
    expect(await here.account.test.generations.get(id)).toMatchObject({ status: "completed" });
  });

  test("two workers, 200 generations: each is done once", async () => {
    const here = await world();
    await Promise.all([start("worker", here.app), start("worker", here.app)]);
    const ids: string[] = [];
    for (let batch = 0; batch < 10; batch += 1)
      ids.push(...(await Promise.all(Array.from({ length: 20 }, () => ask(here.account)))).map(({ id }) => id));
    await expectDoneOnce(here, ids);
    expect(here.app.simulator.effects()).toEqual({ song: 200 });
  }, 120_000);

  describe.skipIf(redisUrl() === null)("Redis", () => {
    if (redisUrl() === null) console.log("skipped: these tests need Redis, and this run has none");

    test("FLUSHALL while work is queued and running: all of it is done once", async () => {
      const redis = await startRedisServer();
      const here = await world({ env: { REDIS_URL: redis.url } });
      undo.defer(() => redis.stop());
      const ids = (await Promise.all(Array.from({ length: 20 }, () => ask(here.account)))).map(({ id }) => id);
      await start("worker", here.app);
      const admin = new Redis(redis.url);
      for (let flush = 0; flush < 5; flush += 1) {
        await expect
          .poll(
            async () => (await here.account.test.generations.list({ status: "completed", limit: 100 })).data.length,
            { timeout: 20_000 },
          )
          .toBeGreaterThanOrEqual(flush * 3);
        await admin.flushall();
      }
      admin.disconnect();
      await expectDoneOnce(here, ids);
    }, 60_000);

    test("a Redis that is killed and comes back empty: all of it is done once, and the API goes on meanwhile", async () => {
      const redis = await startRedisServer();
      const here = await world({ env: { REDIS_URL: redis.url } });
      undo.defer(() => redis.stop());
      await start("worker", here.app);
      const before = (await Promise.all(Array.from({ length: 10 }, () => ask(here.account)))).map(({ id }) => id);
      await redis.kill();
      const during = (await Promise.all(Array.from({ length: 5 }, () => ask(here.account)))).map(({ id }) => id);
      await redis.restart();
      await expectDoneOnce(here, [...before, ...during]);
    }, 60_000);
  });

  async function rows<T extends object>(app: TestApp, text: string): Promise<T[]> {
    return app.services.db.asSystem("look in a test", (tx) => tx.query<T>(text));
  }
});
