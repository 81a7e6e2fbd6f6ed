import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { wavOf } from "../../../test-kit/audio.ts";
import { startMailServer, type MailServer } from "../../../test-kit/mail-server.ts";
import { startProcess } from "../../../test-kit/process.ts";
import { startReceiver, type Receiver } from "../../../test-kit/receiver.ts";
import { newPicture } from "../library/library.fixture.ts";
import { decodeId } from "../../platform/ids/index.ts";

const password = "pw-canary-of-a-test";
let receiver: Receiver;
let mail: MailServer;
beforeAll(async () => {
  [receiver, mail] = [await startReceiver(), await startMailServer()];
});
afterAll(async () => {
  await receiver?.close();
  await mail?.close();
});

async function stored<T extends object>(app: TestApp, sql: string, values: unknown[] = []): Promise<T[]> {
  const admin = new Client({ connectionString: app.database.adminUrl });
  await admin.connect();
  return (await admin.query<T>(sql, values).finally(() => admin.end())).rows;
}

/** Tables with rows in which one of the texts stands, in whatever column. */
async function traces(app: TestApp, texts: string[]): Promise<string[]> {
  const tables = await stored<{ name: string }>(
    app,
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await stored(
      app,
      `select 1 from ${name} t where exists (select from unnest($1::text[]) as x where position(x in t::text) > 0) limit 1`,
      [texts],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

const unfinished = (app: TestApp) => stored(app, "select 1 from account_erasures where removed_at is null");

/** An hour passes. */
async function finishErasures(app: TestApp): Promise<void> {
  await expect.poll(() => unfinished(app), { timeout: 30_000 }).toEqual([]);
  await stored(app, "update account_erasures set due_at = now()");
  await expect.poll(() => stored(app, "select 1 from account_erasures"), { timeout: 20_000 }).toEqual([]);
}

const erase = (app: TestApp, key: string, secret = password, headers: Record<string, string> = {}) =>
  app.request("delete", "/v1/account", { key, body: { password: secret }, headers });

async function idsOf(app: TestApp, { liveId, sandboxId, email }: TestAccount): Promise<string[]> {
  const uuids = [liveId, sandboxId].map((id) => decodeId("acc", id) ?? "");
  const users = await stored<{ id: string }>(app, "select id from users where account_id = any($1)", [uuids]);
  return [...uuids, liveId, sandboxId, email, ...users.map(({ id }) => id)];
}

async function fill(app: TestApp, account: TestAccount): Promise<void> {
  for (const client of [account.test, account.live]) {
    await client.webhooks.create({ url: receiver.url });
    await client.tracks.upload({ file: wavOf({ seconds: 1 }), title: "Mine" });
  }
  await newPicture(app, account);
  const { id } = await account.test.generations.create({
    prompt: "prompt-canary",
    instrumental: true,
    duration_seconds: 5,
  });
  await account.test.generations.wait(id);
  await account.test.generations.wait(
    (await account.test.drafts.create({ brief: "prompt-canary", platform: "tiktok" })).generation_id,
  );
  await receiver.next(({ event }) => event.type === "generation.completed");
}

describe("deleting an account", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ env: { SMTP_URL: mail.url } });
  });
  afterAll(() => app?.close());

  test("removes all of it and its sandbox from every table and from storage, and nothing of anybody else", async () => {
    const [account, other] = [await app.signUp({ tier: "enterprise" }), await app.signUp({ tier: "enterprise" })];
    await fill(app, account);
    await fill(app, other);
    // Drains keep an endpoint a while for more, and leave other rows when they end.
    await expect
      .poll(() => stored(app, "select 1 from webhooks where lease_token is not null"), { timeout: 20_000 })
      .toEqual([]);
    const texts = await idsOf(app, account);
    const othersTraces = await traces(app, await idsOf(app, other));
    expect(await traces(app, texts)).toEqual(
      expect.arrayContaining([
        "accounts",
        "users",
        "sessions",
        "api_keys",
        "tracks",
        "assets",
        "drafts",
        "draft_variants",
        "generations",
        "webhooks",
        "mails",
      ]),
    );
    expect(await app.storedBlobs()).toHaveLength(8);

    expect(await erase(app, account.sessionToken, password, { "MusicVerse-Mode": "test" })).toMatchObject({
      status: 202,
      text: "",
    });
    await expect.poll(() => unfinished(app), { timeout: 30_000 }).toEqual([]);
    // What was noted before this is written by then; and a slow process writes its part when there is no account any more.
    await other.live.plugins.list();
    await expect
      .poll(() => stored(app, "select 1 from usage_requests where operation = 'listPlugins'"), { timeout: 10_000 })
      .toHaveLength(1);
    const late = "json_populate_record(t, json_build_object('account_id', $1::uuid, 'id', gen_random_uuid()))";
    await stored(
      app,
      `insert into usage_requests select (${late}).* from usage_requests t where operation = 'listPlugins'`,
      [texts[0]],
    );
    for (const table of ["events", "webhook_deliveries", "webhook_attempts"]) {
      await stored(app, `insert into ${table} select (${late}).* from ${table} t`, [texts[0]]);
    }
    await finishErasures(app);
    expect(await traces(app, texts)).toEqual([]);
    expect((await app.storedBlobs()).filter((path) => texts.some((text) => path.includes(text)))).toEqual([]);
    expect(await app.storedBlobs()).toHaveLength(4);
    expect(await traces(app, await idsOf(app, other))).toEqual(othersTraces);
    expect((await other.test.tracks.list()).data).toHaveLength(2);
    expect((await mail.next(account.email)).headers["subject"]).toBe("Confirm your e-mail address");
    expect((await mail.next(account.email)).headers["subject"]).toBe("Your account was deleted");
  });

  test("ends every session and key of both accounts within a second, on every process, and sign-in at once", async () => {
    const account = await app.signUp();
    const second = String(
      (await app.request("post", "/v1/sessions", { body: { email: account.email, password } })).body["token"],
    );
    const credentials = [account.sessionToken, second, account.liveKey, account.testKey];
    const elsewhere = await startProcess("api", app.env);
    try {
      const statuses = (url: string) =>
        Promise.all(
          credentials.map(
            async (key) => (await fetch(`${url}/v1/profile`, { headers: { Authorization: `Bearer ${key}` } })).status,
          ),
        );
      for (const url of [app.url, elsewhere.url]) expect(await statuses(url)).toEqual([200, 200, 200, 200]);
      expect((await erase(app, account.sessionToken)).status).toBe(202);
      const endedAt = performance.now();
      for (const url of [app.url, elsewhere.url]) {
        await expect.poll(() => statuses(url), { timeout: 1000, interval: 10 }).toEqual([401, 401, 401, 401]);
      }
      expect(performance.now() - endedAt).toBeLessThan(1000);
      const answer = await app.request("post", "/v1/sessions", { body: { email: account.email, password } });
      expect(answer).toMatchObject({ status: 401, body: { code: "invalid_login" } });
    } finally {
      await elsewhere.terminate();
    }
  });

  test("sends nothing to webhooks any more, from that moment on and not only when they are removed", async () => {
    // No worker: nothing is removed here.
    const still = await startTestApp({ worker: false });
    try {
      const account = await still.signUp();
      for (const client of [account.live, account.test]) await client.webhooks.create({ url: receiver.url });
      expect((await erase(still, account.sessionToken)).status).toBe(202);
      expect(await stored(still, "select status, lease_token from webhooks")).toEqual(
        Array.from({ length: 2 }, () => ({ status: "disabled", lease_token: null })),
      );
    } finally {
      await still.close();
    }
  });

  test("frees the address at once", async () => {
    const account = await app.signUp();
    expect((await erase(app, account.sessionToken)).status).toBe(202);
    const again = await app.request("post", "/v1/accounts", {
      body: { email: account.email, password, name: "Again" },
    });
    expect(again.status).toBe(201);
    await finishErasures(app);
    expect((await app.request("post", "/v1/sessions", { body: { email: account.email, password } })).status).toBe(201);
  });

  test("needs the password, and a session", async () => {
    const account = await app.signUp();
    expect(await erase(app, account.sessionToken, "pw-canary-wrong")).toMatchObject({
      status: 403,
      body: { code: "wrong_password" },
    });
    expect(await erase(app, account.liveKey)).toMatchObject({ status: 403, body: { code: "session_required" } });
    expect(await app.request("delete", "/v1/account", { key: account.sessionToken })).toMatchObject({ status: 400 });
    expect((await app.request("get", "/v1/profile", { key: account.sessionToken })).status).toBe(200);
    expect(await stored(app, "select 1 from account_erasures")).toEqual([]);
  });

  test("waits for audio that is being stored, and leaves none behind", async () => {
    const account = await app.signUp({ tier: "enterprise" });
    const id = decodeId("acc", account.sandboxId) ?? "";
    const blob = `${id}/upload`;
    // As an upload does it: the row is there before the first byte, the blob later.
    await stored(
      app,
      "insert into blob_deletions (account_id, id, blob_key, due_at) values ($1, gen_random_uuid(), $2, now() + interval '1 day')",
      [id, blob],
    );
    expect((await erase(app, account.sessionToken)).status).toBe(202);
    await expect
      .poll(async () => (await stored<{ attempts: number }>(app, "select attempts from account_erasures"))[0]?.attempts)
      .toBeGreaterThan(0);
    await app.services.storage.put(blob, new Uint8Array([1]));
    expect(await stored(app, "select 1 from accounts where id = $1", [id])).toHaveLength(1);
    // Its transaction failed, or an hour passed: the blob is given up.
    await stored(app, "update account_erasures set requested_at = now() - interval '2 hours', due_at = now()");
    await finishErasures(app);
    expect((await app.storedBlobs()).filter((path) => path.includes(id))).toEqual([]);
  });
});

test("an erasure whose worker is killed in the middle is finished by another one", async () => {
  const app = await startTestApp({ worker: false });
  try {
    const account = await app.signUp({ tier: "enterprise" });
    await account.test.tracks.upload({ file: wavOf({ seconds: 1 }) });
    const texts = await idsOf(app, account);
    await stored(
      app,
      `insert into events (account_id, id, type, payload, created_at)
      select $1, gen_random_uuid(), 'track.created', '{}', now() from generate_series(1, 40000)`,
      [decodeId("acc", account.sandboxId)],
    );
    const left = async () => (await stored<{ count: string }>(app, "select count(*) from events"))[0]?.count;
    const before = Number(await left());
    expect((await erase(app, account.sessionToken)).status).toBe(202);
    const first = await startProcess("worker", app.env);
    await expect.poll(async () => Number(await left()), { timeout: 20_000, interval: 5 }).toBeLessThan(before);
    await first.kill9();
    expect(Number(await left())).toBeGreaterThan(0);
    expect(await stored(app, "select 1 from account_erasures")).toHaveLength(1);

    await stored(app, "update account_erasures set lease_until = now()");
    const second = await startProcess("worker", app.env);
    await finishErasures(app);
    expect(await traces(app, texts)).toEqual([]);
    expect(await app.storedBlobs()).toEqual([]);
    await second.terminate();
  } finally {
    await app.close();
  }
}, 90_000);
