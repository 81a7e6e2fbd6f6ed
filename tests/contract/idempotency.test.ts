import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { refresh } from "../../server/src/features/oauth/token-endpoint.fixture.ts";
import { registerApp } from "../../server/src/features/oauth/world.fixture.ts";
import type { Scope } from "../../server/src/generated/scopes.ts";
import { forgetIdempotencyRecords } from "../../server/src/platform/http/idempotency.ts";
import { wavOf } from "../../server/test-kit/audio.ts";
import { grantPlan, startTestApp, type Answer, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { startProcess } from "../../server/test-kit/process.ts";

const writes: { scopes: Scope[] } = { scopes: ["playlists:write"] };

/** The same Idempotency-Key does a thing once, whatever happens to the answer. */
describe("idempotency", () => {
  let app: TestApp;
  let account: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    account = await app.signUp();
  });
  afterAll(() => app?.close());

  const generate = (key: string, body: object, apiKey = account.testKey): Promise<Answer> =>
    app.request("post", "/v1/generate", { key: apiKey, body, headers: { "Idempotency-Key": key } });

  const makeKey = (credential: string, key: string, headers: Record<string, string> = {}): Promise<Answer> =>
    app.request("post", "/v1/api-keys", {
      key: credential,
      body: { name: "both" },
      headers: { "Idempotency-Key": key, ...headers },
    });

  test("same key and same body: the stored answer, marked as replayed, whatever the order of the fields", async () => {
    const key = randomUUID();
    const first = await generate(key, { prompt: "once prompt-canary", duration_seconds: 5 });
    const again = await generate(key, { duration_seconds: 5, prompt: "once prompt-canary" });
    expect(first.headers["idempotency-replayed"]).toBeUndefined();
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect({ status: again.status, body: again.body, location: again.headers["location"] }).toEqual({
      status: 202,
      body: first.body,
      location: first.headers["location"],
    });
  });

  test("same key and another body or operation: 422", async () => {
    const key = randomUUID();
    await generate(key, { prompt: "a prompt-canary" });
    expect(await generate(key, { prompt: "b prompt-canary" })).toMatchObject({
      status: 422,
      body: { code: "idempotency_mismatch" },
    });
    const other = await app.request("post", "/v1/api-keys", {
      key: account.testKey,
      body: { name: "x" },
      headers: { "Idempotency-Key": key },
    });
    expect(other).toMatchObject({ status: 422 });
  });

  test("fifty at once: while the first is at work the others are told so (409), and it is done once", async () => {
    const key = randomUUID();
    const blocker = new pg.Client({ connectionString: app.database.adminUrl });
    await blocker.connect();
    // The first one's effect waits for this lock, so that all others surely come while it runs.
    await blocker.query("begin; lock table generations in exclusive mode");
    const early: Answer[] = [];
    const asked = Array.from({ length: 50 }, async () => {
      const answer = await generate(key, { prompt: "fifty prompt-canary" });
      early.push(answer);
      return answer;
    });
    await expect.poll(() => early.length).toBe(49);
    for (const { status, body, headers } of early) {
      expect({ status, code: body["code"], wait: headers["retry-after"] }).toEqual({
        status: 409,
        code: "idempotency_in_progress",
        wait: "1",
      });
    }
    await blocker.query("commit");
    await blocker.end();
    const done = (await Promise.all(asked)).filter(({ status }) => status === 202);
    expect(done).toHaveLength(1);
    expect(await generate(key, { prompt: "fifty prompt-canary" })).toMatchObject({
      status: 202,
      body: { id: done[0]?.body["id"] },
    });
    const all = await account.test.generations.list({ limit: 100 });
    expect(all.data.filter(({ prompt }) => prompt.startsWith("fifty"))).toHaveLength(1);
  });

  test("keys of different accounts do not meet", async () => {
    const key = randomUUID();
    const stranger = await app.signUp();
    const [mine, theirs] = [
      await generate(key, { prompt: "mine prompt-canary" }),
      await generate(key, { prompt: "theirs prompt-canary" }, stranger.testKey),
    ];
    expect(theirs.status).toBe(202);
    expect(theirs.body["id"]).not.toBe(mine.body["id"]);
  });

  test("a refused request stores nothing: the corrected one may use the same key", async () => {
    const key = randomUUID();
    expect((await generate(key, { prompt: "x", model: "no-such-model" })).status).toBe(400);
    expect((await generate(key, { prompt: "x prompt-canary" })).status).toBe(202);
  });

  test("what the limit refused is not stored either: later the same key works", async () => {
    const { liveId, liveKey } = await app.signUp();
    const key = randomUUID();
    const make = () =>
      app.request("post", "/v1/api-keys", {
        key: liveKey,
        body: { name: "later" },
        headers: { "Idempotency-Key": key },
      });
    for (let index = 0; index < 10; index += 1) await app.request("get", "/v1/profile", { key: liveKey });
    expect(await make()).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    await setPlan(liveId, "pro");
    const made = await vi.waitFor(
      async () => {
        const answer = await make();
        expect(answer.status).toBe(201);
        return answer;
      },
      { timeout: 30_000 },
    );
    expect(made.headers["idempotency-replayed"]).toBeUndefined();
  });

  test("a replay is an answer of its own time: another request id and the limits of now, everything else as it was", async () => {
    const key = randomUUID();
    // Ten an hour from its first request on: no window ends meanwhile, however slow the machine.
    const { liveKey } = await app.signUp();
    const make = () =>
      app.request("post", "/v1/playlists", {
        key: liveKey,
        body: { name: "own time" },
        headers: { "Idempotency-Key": key },
      });
    const [first, again] = [await make(), await make()];
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(again.headers["x-request-id"]).not.toBe(first.headers["x-request-id"]);
    expect(Number(again.headers["x-ratelimit-remaining"])).toBe(Number(first.headers["x-ratelimit-remaining"]) - 1);
    expect(again.headers["location"]).toBe(first.headers["location"]);
  });

  test("a session's key means one thing in live mode and another one in the sandbox", async () => {
    const key = randomUUID();
    const [live, test] = [
      await makeKey(account.sessionToken, key, { "MusicVerse-Mode": "live" }),
      await makeKey(account.sessionToken, key, { "MusicVerse-Mode": "test" }),
    ];
    expect([live.body["mode"], test.body["mode"]]).toEqual(["live", "test"]);
  });

  test("no other credential of the account gets the answer: not a narrower key, a session or an app that know key and body", async () => {
    const { sessionToken, test: api, testKey } = account;
    const key = randomUUID();
    const first = await makeKey(testKey, key);
    const narrow = await api.apiKeys.create({ name: "narrow", scopes: ["api_keys:write"] });
    for (const other of [
      await makeKey(narrow.key, key),
      await makeKey(sessionToken, key, { "MusicVerse-Mode": "test" }),
    ]) {
      expect(other.status).toBe(201);
      expect(other.headers["idempotency-replayed"]).toBeUndefined();
      expect(other.body["key"]).not.toBe(first.body["key"]);
    }
    expect((await makeKey(testKey, key)).headers["idempotency-replayed"]).toBe("true");
  });

  test("a rotated key and a new session of the same person still get what was answered before", async () => {
    const key = randomUUID();
    const own = await account.test.apiKeys.create({ name: "rotated" });
    const first = await makeKey(own.key, key);
    const rotated = await account.test.apiKeys.rotate(own.id, { grace_seconds: 600 });
    for (const again of [await makeKey(rotated.key, key), await makeKey(own.key, key)])
      expect(again).toMatchObject({ status: 201, body: first.body });

    const asked = await makeKey(account.sessionToken, key);
    const { token } = await app.client(null).accounts.signIn({ email: account.email, password: "pw-canary-of-a-test" });
    expect(await makeKey(token, key)).toMatchObject({
      status: 201,
      body: asked.body,
      headers: { "idempotency-replayed": "true" },
    });
  });

  test("an app's refreshed token gets its answer again; another app of the same person does not", async () => {
    const person = await app.signUp({ tier: "enterprise" });
    const [one, two] = [await registerApp(app, person, writes), await registerApp(app, person, writes)];
    const tokens = await one.connect(person, writes);
    const other = await two.connect(person, writes);
    const key = randomUUID();
    const make = (token: string) =>
      app.request("post", "/v1/playlists", {
        key: token,
        body: { name: "Of an app" },
        headers: { "Idempotency-Key": key },
      });
    const first = await make(tokens.access_token);
    const fresh = await refresh(app, one.client, tokens.refresh_token);
    expect(await make(String(fresh.body["access_token"]))).toMatchObject({
      status: 201,
      body: { id: first.body["id"] },
      headers: { "idempotency-replayed": "true" },
    });
    const second = await make(other.access_token);
    expect([second.status, second.body["id"] === first.body["id"]]).toEqual([201, false]);
  });

  test("a key counts for 24 hours, to the millisecond", async () => {
    let offsetMs = 0;
    const startedAt = Date.now();
    const clock = { now: () => new Date(startedAt + offsetMs) };
    const timed = await startTestApp({ worker: false, clock });
    try {
      const { testKey } = await timed.signUp();
      const key = randomUUID();
      const make = async () =>
        (
          await timed.request("post", "/v1/generate", {
            key: testKey,
            body: { prompt: "a day prompt-canary" },
            headers: { "Idempotency-Key": key },
          })
        ).body["id"];
      const first = await make();
      offsetMs = 24 * 3_600_000 - 1;
      expect(await make()).toBe(first);
      offsetMs += 1;
      const second = await make();
      expect(second).not.toBe(first);
      offsetMs += 1000;
      expect(await make()).toBe(second);
    } finally {
      await timed.close();
    }
  });

  test("kill -9 in the middle of a request, and the caller asks again: one effect", async () => {
    const process = await startProcess("api", app.env);
    const blocker = new pg.Client({ connectionString: app.database.adminUrl });
    await blocker.connect();
    try {
      await blocker.query("begin; lock table generations in exclusive mode");
      const key = randomUUID();
      const body = { prompt: "killed prompt-canary" };
      const cut = fetch(`${process.url}/v1/generate`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: {
          Authorization: `Bearer ${account.testKey}`,
          "Content-Type": "application/json",
          "Idempotency-Key": key,
        },
      }).then(
        () => "answered",
        () => "cut",
      );
      const waiting =
        "select count(*)::int as count from pg_locks where relation = 'generations'::regclass and not granted";
      await expect.poll(async () => (await blocker.query<{ count: number }>(waiting)).rows[0]?.count).toBe(1);
      await process.kill9();
      expect(await cut).toBe("cut");
      await blocker.query("commit");
      // Until the database has noticed that nobody is there any more, the first one still runs.
      await expect.poll(async () => (await generate(key, body)).status).toBe(202);
      expect((await generate(key, body)).headers["idempotency-replayed"]).toBe("true");
      const all = await account.test.generations.list({ limit: 100 });
      expect(all.data.filter(({ prompt }) => prompt.startsWith("killed"))).toHaveLength(1);
    } finally {
      await process.kill9();
      await blocker.end();
    }
  });

  const setPlan = (liveId: string, plan: string) => grantPlan(app.services, liveId, plan);

  test("an upload is compared by its content", async () => {
    const key = randomUUID();
    const upload = (seconds: number) => {
      const form = new FormData();
      form.append("file", new Blob([wavOf({ seconds })]), "song.wav");
      return app.request("post", "/v1/tracks", {
        key: account.testKey,
        raw: form,
        headers: { "Idempotency-Key": key },
      });
    };
    const first = await upload(1);
    const again = await upload(1);
    expect(again).toMatchObject({ status: 201, body: { id: first.body["id"] } });
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(await upload(2)).toMatchObject({ status: 422 });
    expect(await app.storedBlobs()).toHaveLength(1);
  });

  test("a replayed answer shows the secret again, and the database never held it in the clear", async () => {
    const key = randomUUID();
    const make = () =>
      app.request("post", "/v1/api-keys", {
        key: account.testKey,
        body: { name: "secret" },
        headers: { "Idempotency-Key": key },
      });
    const [first, again] = [await make(), await make()];
    expect(again.body["key"]).toBe(first.body["key"]);
    const stored = await app.services.db.asSystem("look in a test", (tx) =>
      tx.query<{ text: string }>("select idempotency_records::text as text from idempotency_records"),
    );
    expect(stored.length).toBeGreaterThan(0);
    for (const { text } of stored) expect(text).not.toContain(String(first.body["key"]));
  });

  test("records past their day are removed, and no others", async () => {
    await generate(randomUUID(), { prompt: "kept prompt-canary" });
    const { db } = app.services;
    const records = () =>
      db.asSystem("look in a test", (tx) =>
        tx.query<{ key: string; expires_at: Date }>(
          "select account_id || key as key, expires_at from idempotency_records order by expires_at",
        ),
      );
    const before = await records();
    const last = before.at(-1);
    expect(before.length).toBeGreaterThan(1);
    await forgetIdempotencyRecords(db, last?.expires_at ?? new Date(0));
    expect((await records()).map(({ key }) => key)).toEqual([last?.key]);
  });
});
