import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type Answer, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startMailServer, type MailServer } from "../../../test-kit/mail-server.ts";
import { startProcess } from "../../../test-kit/process.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { generateKey } from "./key-format.ts";

let app: TestApp;
let account: TestAccount;
let mailServer: MailServer;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({
    worker: false,
    env: { TRUST_PROXY: "1", SMTP_URL: mailServer.url, MAIL_FROM: "no-reply@music.example" },
  });
  account = await app.signUp();
});
afterAll(async () => {
  await app?.close();
  await mailServer?.close();
});

/** Each report from another address, for an address may send only so many a minute. */
let reporters = 0;
const report = (body: unknown, address?: string): Promise<Answer> => {
  reporters += 1;
  return app.request("post", "/v1/api-keys/report", {
    body,
    headers: { "X-Forwarded-For": address ?? `203.0.113.${reporters}` },
  });
};
const status = async (key: string) => (await app.request("get", "/v1/profile", { key })).status;
const ends = (key: string) => expect.poll(() => status(key), { timeout: 1000, interval: 20 }).toBe(401);
const exposures = async (of = account) =>
  (await app.client(of.sessionToken).events.list({ type: "api_key.exposed" }, { mode: "test" })).data.map(
    ({ data }) => data,
  );
const rows = <T extends object>(text: string, values: unknown[] = []) =>
  app.services.db.asSystem("look in a test", (tx) => tx.query<T>(text, values));
const waiting = async () => (await rows("select 1 from api_key_reports")).length;

test("a reported key is revoked within a second, and its owner hears where it was seen, by event and by mail", async () => {
  const { id, key } = await account.test.apiKeys.create({ name: "leaked" });
  expect(await status(key)).toBe(200);
  const url = "https://example.com/somebody/repository/config.js";
  expect(await report({ key, url })).toMatchObject({ status: 202, body: { object: "api_key_report", received: 1 } });
  await ends(key);
  const [data] = await exposures();
  expect(data).toMatchObject({
    object: "api_key_exposure",
    secret: "current",
    url,
    api_key: { id, status: "revoked", name: "leaked" },
  });
  expect((await account.test.apiKeys.get(id)).status).toBe("revoked");
  const mails = await rows<{ content: string }>("select content from mails where account_id = $1", [
    decodeId("acc", account.sandboxId),
  ]);
  expect(mails).toHaveLength(1);
  await expect.poll(waiting).toBe(0);
});

test("a second report of the same key tells nobody again", async () => {
  const { id, key } = await account.test.apiKeys.create({ name: "twice" });
  await report({ reports: [{ key }, { key }] });
  await report({ key });
  await ends(key);
  await expect.poll(waiting).toBe(0);
  expect((await exposures()).filter((data) => (data as { api_key: { id: string } }).api_key.id === id)).toHaveLength(1);
});

test("live and test keys of several owners go in one report, among texts that are no keys", async () => {
  const [a, b] = [await app.signUp(), await app.signUp()];
  const answer = await report({
    key: a.liveKey,
    url: null,
    reports: [{ key: ` ${b.testKey}\n` }, { key: "nonsense" }, { key: generateKey("live").key }],
  });
  expect(answer).toMatchObject({ status: 202, body: { received: 4 } });
  await ends(a.liveKey);
  await ends(b.testKey);
  expect(await status(a.testKey)).toBe(200);
  expect(await exposures(b)).toHaveLength(1);
});

test("of a rotated key only the secret that was seen ends", async () => {
  const old = await account.test.apiKeys.create({ name: "rotated" });
  const { key } = await account.test.apiKeys.rotate(old.id, { grace_seconds: 600 });
  await report({ key: old.key });
  await ends(old.key);
  expect(await status(key)).toBe(200);
  expect((await exposures())[0]).toMatchObject({
    secret: "previous",
    api_key: { id: old.id, status: "active", previous_last4: null },
  });
});

test("who knows only the public part of a key cannot end it", async () => {
  const { key } = await account.test.apiKeys.create({ name: "guessed" });
  const forged = generateKey("test").key;
  await rows("update api_keys set public_id = $1 where public_id = $2", [forged.slice(9, 21), key.slice(9, 21)]);
  await report({ key: forged });
  await expect.poll(waiting).toBe(0);
  expect(
    (
      await rows<{ revoked_at: Date | null }>("select revoked_at from api_keys where public_id = $1", [
        forged.slice(9, 21),
      ])
    )[0],
  ).toEqual({ revoked_at: null });
});

test("an expired key is revoked as well, for its end could be moved", async () => {
  const { id, key } = await account.test.apiKeys.create({ name: "expired" });
  await rows("update api_keys set expires_at = now() - interval '1 s' where id = $1", [decodeId("key", id)]);
  await report({ key });
  await expect.poll(async () => (await account.test.apiKeys.get(id)).status).toBe("revoked");
});

test("the answer comes before the look-up and is the same for a real, an unknown and a malformed key", async () => {
  const { key } = await account.test.apiKeys.create({ name: "locked" });
  const superuser = new Client({ connectionString: app.database.adminUrl });
  await superuser.connect();
  try {
    // Whoever looks at keys now waits; the answer must not.
    await superuser.query("begin; lock table api_keys in access exclusive mode");
    const answers = [
      await report({ key }),
      await report({ key: generateKey("test").key }),
      await report({ key: "nonsense" }),
    ];
    const same = answers.map(({ status: code, body, headers }) => ({
      code,
      body,
      names: Object.keys(headers).toSorted(),
      length: headers["content-length"],
    }));
    expect(same[0]).toMatchObject({ code: 202, body: { object: "api_key_report", received: 1 } });
    expect(same[1]).toEqual(same[0]);
    expect(same[2]).toEqual(same[0]);
    const stored = await rows<{ row: string }>("select r::text as row from api_key_reports r");
    expect(stored).toHaveLength(2);
    expect(JSON.stringify(stored)).not.toContain(key.slice(21));
  } finally {
    await superuser.query("rollback");
    await superuser.end();
  }
  await ends(key);
});

test("a report that its process could not finish is done by a worker, which also sends the mail", async () => {
  const { key } = await account.test.apiKeys.create({ name: "left over" });
  const url = "https://example.com/left-over";
  const api = await startProcess("api", app.env);
  const superuser = new Client({ connectionString: app.database.adminUrl });
  await superuser.connect();
  await superuser.query("begin; lock table api_keys in access exclusive mode");
  const answer = await fetch(`${api.url}/v1/api-keys/report`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Forwarded-For": "198.51.100.1" },
    body: JSON.stringify({ key, url }),
  });
  expect(answer.status).toBe(202);
  await api.kill9();
  await superuser.query("rollback");
  await superuser.end();
  expect(await waiting()).toBe(1);
  const worker = await startProcess("worker", app.env);
  try {
    await expect.poll(() => status(key), { timeout: 10_000 }).toBe(401);
    const mail = () => mailServer.received.find(({ text }) => text.includes(url));
    await expect
      .poll(mail, { timeout: 10_000 })
      .toMatchObject({ to: [account.email], text: expect.stringContaining("left over") });
    expect(mail()?.text).not.toContain(key);
    // What a key made is not revoked with it (ADR 12), so its owner is told where to look. Mails break lines where they like.
    expect(mail()?.text.replaceAll(/=?\r?\n/g, "")).toMatch(/API keys, ?webhooks, ?OAuth apps/);
  } finally {
    await worker.terminate();
  }
});

test.each([
  ["no key", {}, "/body"],
  ["only a place", { url: "https://example.com/" }, "/body/key"],
  ["a place that is no web address", { key: "x", url: "javascript:alert(1)" }, "/body/url"],
  ["too many keys", { reports: Array.from({ length: 101 }, () => ({ key: "x" })) }, "/body/reports"],
])("%s is 400", async (_, body, path) => {
  expect(await report(body)).toMatchObject({ status: 400, body: { code: "validation_failed", errors: [{ path }] } });
});

test("an address reports only so often", async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 22; index += 1) statuses.push((await report({ key: "nonsense" }, "192.0.2.77")).status);
  expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 202));
  expect(statuses.slice(20)).toEqual([429, 429]);
});
