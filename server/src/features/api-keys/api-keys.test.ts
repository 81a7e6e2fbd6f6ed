import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { plainScopes } from "../accounts/index.ts";

let app: TestApp;
let account: TestAccount;
beforeAll(async () => {
  app = await startTestApp({ worker: false });
  account = await app.signUp();
});
afterAll(() => app?.close());

const profileStatus = async (key: string) => (await app.request("get", "/v1/profile", { key })).status;
const create = (key: string, body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  app.request("post", "/v1/api-keys", { key, body, headers });

test("a key is shown once, works at once, and is stored as a hash only", async () => {
  const made = await create(account.sessionToken, { name: "  My app " });
  expect(made).toMatchObject({
    status: 201,
    body: { object: "api_key", name: "My app", mode: "live", revoked_at: null },
  });
  const key = String(made.body["key"]);
  expect(made.headers["location"]).toBe(`/v1/api-keys/${String(made.body["id"])}`);
  expect(made.body["hint"]).toBe(`amv_live_...${key.slice(-4)}`);
  expect(await profileStatus(key)).toBe(200);

  const read = await app.request("get", String(made.headers["location"]), { key });
  expect(read.body).toEqual({ ...made.body, key: undefined });
  const admin = new Client({ connectionString: app.database.adminUrl });
  await admin.connect();
  const { rows } = await admin.query("select api_keys::text as row from api_keys").finally(() => admin.end());
  expect(JSON.stringify(rows)).not.toContain(key.slice(21, -6));
});

test("a session makes keys of the mode it acts in", async () => {
  const made = await create(account.sessionToken, { name: "sandbox" }, { "MusicVerse-Mode": "test" });
  expect(made.body).toMatchObject({ mode: "test", key: expect.stringMatching(/^amv_test_/) });
  const profile = await app.request("get", "/v1/profile", { key: String(made.body["key"]) });
  expect(profile.body).toMatchObject({ id: account.sandboxId, mode: "test", tier: "sandbox", email: account.email });
});

test("a key whose mode the header contradicts is refused, and the header is named", async () => {
  const answer = await app.request("get", "/v1/profile", {
    key: account.testKey,
    headers: { "MusicVerse-Mode": "live" },
  });
  expect(answer).toMatchObject({ status: 400, body: { code: "mode_mismatch" } });
  expect(answer.body["detail"]).toContain("MusicVerse-Mode");
});

test("without a wish a key gets what its maker has; it never gets more", async () => {
  expect((await create(account.sessionToken, { name: "all" })).body["scopes"]).toEqual([...plainScopes].toSorted());
  const own = ["api_keys:write", "tracks:read"];
  const narrow = await create(account.sessionToken, { name: "narrow", scopes: own });
  const key = String(narrow.body["key"]);
  expect((await create(key, { name: "child" })).body["scopes"]).toEqual(own);
  const refused = await create(key, { name: "more", scopes: ["tracks:read", "tracks:write"] });
  expect(refused).toMatchObject({ status: 403, body: { code: "insufficient_scope" } });
  expect(refused.body["required_scope"]).toBe("tracks:write");
});

test("an end in the past is refused and nothing is stored", async () => {
  const before = await app.request("get", "/v1/api-keys", { key: account.sessionToken });
  const answer = await create(account.sessionToken, { name: "late", expires_at: "2020-01-01T00:00:00Z" });
  expect(answer).toMatchObject({
    status: 400,
    body: { errors: [{ path: "/body/expires_at", code: "not_in_the_future" }] },
  });
  expect((await app.request("get", "/v1/api-keys", { key: account.sessionToken })).body).toEqual(before.body);
});

test("a revoked key stops within a second, stays listed, and revoking it again answers the same", async () => {
  const made = await create(account.sessionToken, { name: "short life" });
  const [key, path] = [String(made.body["key"]), String(made.headers["location"])];
  expect(await profileStatus(key)).toBe(200);
  expect(await app.request("delete", path, { key: account.sessionToken })).toMatchObject({ status: 204 });
  await expect.poll(() => profileStatus(key), { timeout: 1000, interval: 10 }).toBe(401);
  const revoked = await app.request("get", path, { key: account.sessionToken });
  expect(revoked.body["revoked_at"]).toEqual(expect.any(String));
  expect(await app.request("delete", path, { key: account.sessionToken })).toMatchObject({ status: 204 });
  expect((await app.request("get", path, { key: account.sessionToken })).body).toEqual(revoked.body);
});

test("another account, and the own sandbox, find nothing to read or revoke", async () => {
  const other = await app.signUp();
  const path = String((await create(account.sessionToken, { name: "mine" })).headers["location"]);
  for (const key of [other.sessionToken, other.liveKey, account.testKey]) {
    expect(await app.request("get", path, { key })).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await app.request("delete", path, { key })).toMatchObject({ status: 404, body: { code: "not_found" } });
  }
  expect((await app.request("get", path, { key: account.sessionToken })).body["revoked_at"]).toBeNull();
});

test("the same Idempotency-Key gives the same key again instead of a second one", async () => {
  const headers = { "Idempotency-Key": "make-one-key" };
  const [first, second] = [
    await create(account.sessionToken, { name: "once" }, headers),
    await create(account.sessionToken, { name: "once" }, headers),
  ];
  expect(second).toMatchObject({ status: 201, headers: { "idempotency-replayed": "true" }, body: first.body });
});

test("pages hold every key once, newest first", async () => {
  const lister = await app.signUp();
  const names = ["a", "b", "c"];
  for (const name of names) await create(lister.liveKey, { name });
  const seen: string[] = [];
  for await (const key of lister.live.apiKeys.list({ limit: 2 })) seen.push(key.name);
  expect(seen).toEqual([...names.toReversed(), "live"]);
});
