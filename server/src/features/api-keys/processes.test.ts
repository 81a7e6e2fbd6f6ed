import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startProcess, type ServerProcess } from "../../../test-kit/process.ts";
import { decodeId } from "../../platform/ids/index.ts";

/** What is said to one process holds in all of them within a second. */
let app: TestApp;
let account: TestAccount;
let others: ServerProcess[];
let urls: string[];
let superuser: Client;
beforeAll(async () => {
  app = await startTestApp({ worker: false, env: { TRUST_PROXY: "1" } });
  account = await app.signUp();
  others = await Promise.all([startProcess("api", app.env), startProcess("api", app.env)]);
  urls = others.map(({ url }) => url);
  superuser = new Client({ connectionString: app.database.adminUrl });
  await superuser.connect();
});
afterAll(async () => {
  await superuser?.end();
  await Promise.all(others.map((other) => other.terminate()));
  await app?.close();
});

const get = (url: string, path: string, key: string, address = "203.0.113.1", more: Record<string, string> = {}) =>
  fetch(url + path, { headers: { Authorization: `Bearer ${key}`, "X-Forwarded-For": address, ...more } });
const statusAt = async (url: string, key: string, path = "/v1/profile") => (await get(url, path, key)).status;
const statuses = (key: string, path?: string) => Promise.all(urls.map((url) => statusAt(url, key, path)));

/** Both processes have the key in their caches. */
async function expectKnown(key: string): Promise<void> {
  for (let round = 0; round < 3; round += 1) expect(await statuses(key)).toEqual([200, 200]);
}

/** From this moment on, at most a second. */
const expectEverywhere = (key: string, status: number, path?: string) =>
  expect.poll(() => statuses(key, path), { timeout: 1000, interval: 20 }).toEqual([status, status]);

const create = () => account.test.apiKeys.create({ name: "k" });

test("a revocation holds in every process within a second", async () => {
  const { id, key } = await create();
  await expectKnown(key);
  await account.test.apiKeys.revoke(id);
  await expectEverywhere(key, 401);
});

test("a restriction of scopes and of addresses holds in every process within a second, and so does lifting it", async () => {
  const { id, key } = await create();
  await expectKnown(key);
  await account.test.apiKeys.update(id, { scopes: ["profile:read"] });
  await expectEverywhere(key, 403, "/v1/tracks");
  await account.test.apiKeys.update(id, { ip_allowlist: ["198.51.100.0/24"] });
  await expectEverywhere(key, 403);
  await account.test.apiKeys.update(id, { ip_allowlist: null });
  await expectEverywhere(key, 200);
});

test("a rotation holds in every process within a second", async () => {
  const { id, key } = await create();
  await expectKnown(key);
  const rotated = await account.test.apiKeys.rotate(id, { grace_seconds: 0 });
  await expectEverywhere(key, 401);
  expect(await statuses(rotated.key)).toEqual([200, 200]);
});

test("a report of a key ends it in every process within a second", async () => {
  const { key } = await create();
  await expectKnown(key);
  await app.client(null).apiKeys.report({ key });
  await expectEverywhere(key, 401);
});

test("a revocation holds within a second though the connections that listen were cut just before", async () => {
  const { id, key } = await create();
  await expectKnown(key);
  const { rows } = await superuser.query(
    "select pg_terminate_backend(pid) as cut from pg_stat_activity where application_name = 'musicverse listen' and datname = current_database()",
  );
  expect(rows.length).toBeGreaterThan(2);
  await account.test.apiKeys.revoke(id);
  await expectEverywhere(key, 401);

  // And caches work, and hear, again.
  const next = await create();
  await expectKnown(next.key);
  await account.test.apiKeys.revoke(next.id);
  await expectEverywhere(next.key, 401);
});

/** Resolves with how long the stream stays open. */
async function openStream(url: string, key: string, generationId: string) {
  const response = await get(url, `/v1/generations/${generationId}/events`, key, undefined, {
    "MusicVerse-Mode": "test",
  });
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  if (!reader) throw new Error("the stream has no body");
  await reader.read();
  const ended = (async () => {
    try {
      while (!(await reader.read()).done);
    } catch {
      // Cut off: that is an end as well.
    }
    return performance.now();
  })();
  return { ended };
}

test.each<[string, (key: { id: string }) => Promise<unknown>]>([
  ["revoked", ({ id }) => account.test.apiKeys.revoke(id)],
  ["restricted to other scopes", ({ id }) => account.test.apiKeys.update(id, { scopes: ["profile:read"] })],
  ["restricted to other addresses", ({ id }) => account.test.apiKeys.update(id, { ip_allowlist: ["198.51.100.0/24"] })],
  ["replaced without grace", ({ id }) => account.test.apiKeys.rotate(id, { grace_seconds: 0 })],
])(
  "an event stream of a key that is %s elsewhere ends within about a second, and others stay open",
  async (_, change) => {
    const generation = await account.test.generations.create({ prompt: "prompt-canary", instrumental: true });
    const [doomed, kept] = [await create(), await create()];
    const [url = ""] = urls;
    const streams = {
      doomed: await openStream(url, doomed.key, generation.id),
      kept: await openStream(url, kept.key, generation.id),
    };
    await change(doomed);
    const changedAt = performance.now();
    expect((await streams.doomed.ended) - changedAt).toBeLessThan(1200);
    const other = await Promise.race([streams.kept.ended, new Promise((resolve) => setImmediate(resolve, "open"))]);
    expect(other).toBe("open");
    await account.test.apiKeys.revoke(kept.id);
    await streams.kept.ended;
  },
);

test("an event stream ends when its session is signed out", async () => {
  const generation = await account.test.generations.create({ prompt: "prompt-canary", instrumental: true });
  const { token } = await app.client(null).accounts.signIn({ email: account.email, password: "pw-canary-of-a-test" });
  const { ended } = await openStream(urls[1] ?? "", token, generation.id);
  await app.client(token).accounts.signOut();
  const signedOutAt = performance.now();
  expect((await ended) - signedOutAt).toBeLessThan(1200);
});

test("when and from where a key was last used is written behind the requests, and at the latest when the process stops", async () => {
  const { id, key } = await create();
  expect(await account.test.apiKeys.get(id)).toMatchObject({ last_used_at: null, last_used_ip: null });
  const writer = await startProcess("api", app.env);
  const before = Date.now();
  for (const address of ["203.0.113.5", "2001:db8::5", "::ffff:203.0.113.6"])
    await get(writer.url, "/v1/profile", key, address);
  const { rows } = await superuser.query("select last_used_at from api_keys where id = $1", [decodeId("key", id)]);
  expect(rows).toEqual([{ last_used_at: null }]);
  expect(await writer.terminate()).toBe(0);
  const used = await account.test.apiKeys.get(id);
  expect(used.last_used_ip).toBe("203.0.113.6");
  expect(Date.parse(used.last_used_at ?? "")).toBeGreaterThanOrEqual(before - 1000);
});
