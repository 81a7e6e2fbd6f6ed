import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type Answer, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** The same Idempotency-Key does a thing once, whatever happens to the answer. (API-42) */
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

  test("same key and same body: the stored answer, marked as replayed, whatever the order of the fields", async () => {
    const key = randomUUID();
    const first = await generate(key, { prompt: "once prompt-canary", duration_seconds: 5 });
    const again = await generate(key, { duration_seconds: 5, prompt: "once prompt-canary" });
    expect(first.headers["idempotency-replayed"]).toBeUndefined();
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect({ status: again.status, body: again.body, location: again.headers["location"] }).toEqual({ status: 202, body: first.body, location: first.headers["location"] });
  });

  test("same key and another body or operation: 422", async () => {
    const key = randomUUID();
    await generate(key, { prompt: "a prompt-canary" });
    expect(await generate(key, { prompt: "b prompt-canary" })).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
    const other = await app.request("post", "/v1/api-keys", { key: account.testKey, body: { name: "x" }, headers: { "Idempotency-Key": key } });
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
      expect({ status, code: body["code"], wait: headers["retry-after"] }).toEqual({ status: 409, code: "idempotency_in_progress", wait: "1" });
    }
    await blocker.query("commit");
    await blocker.end();
    const done = (await Promise.all(asked)).filter(({ status }) => status === 202);
    expect(done).toHaveLength(1);
    expect(await generate(key, { prompt: "fifty prompt-canary" })).toMatchObject({ status: 202, body: { id: done[0]?.body["id"] } });
    const all = await account.test.generations.list({ limit: 100 });
    expect(all.data.filter(({ prompt }) => prompt.startsWith("fifty"))).toHaveLength(1);
  });

  test("keys of different accounts do not meet", async () => {
    const key = randomUUID();
    const stranger = await app.signUp();
    const [mine, theirs] = [await generate(key, { prompt: "mine prompt-canary" }), await generate(key, { prompt: "theirs prompt-canary" }, stranger.testKey)];
    expect(theirs.status).toBe(202);
    expect(theirs.body["id"]).not.toBe(mine.body["id"]);
  });

  test("a refused request stores nothing: the corrected one may use the same key", async () => {
    const key = randomUUID();
    expect((await generate(key, { prompt: "x", model: "no-such-model" })).status).toBe(400);
    expect((await generate(key, { prompt: "x prompt-canary" })).status).toBe(202);
  });

  test("an upload is compared by its content", async () => {
    const key = randomUUID();
    const upload = (seconds: number) => {
      const form = new FormData();
      form.append("file", new Blob([wavOf({ seconds })]), "song.wav");
      return app.request("post", "/v1/tracks", { key: account.testKey, raw: form, headers: { "Idempotency-Key": key } });
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
    const make = () => app.request("post", "/v1/api-keys", { key: account.testKey, body: { name: "secret" }, headers: { "Idempotency-Key": key } });
    const [first, again] = [await make(), await make()];
    expect(again.body["key"]).toBe(first.body["key"]);
    const stored = await app.services.db.asSystem("look in a test", (tx) => tx.query<{ text: string }>("select idempotency_records::text as text from idempotency_records"));
    expect(stored.length).toBeGreaterThan(0);
    for (const { text } of stored) expect(text).not.toContain(String(first.body["key"]));
  });
});
