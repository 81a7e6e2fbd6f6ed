import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operations, type OperationId } from "../../server/src/generated/operations.ts";
import { scopes } from "../../server/src/generated/scopes.ts";
import { exampleBody, examplePath } from "../spec.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

describe("who may call what", () => {
  let app: TestApp;
  let account: TestAccount;
  const narrowKeys = new Map<string, string>();
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    account = await app.signUp();
  });
  afterAll(() => app?.close());

  const all = Object.keys(operations) as OperationId[];
  const secured = all.filter((id) => !operations[id].security.public);
  const scoped = secured.filter((id) => operations[id].security.apiKey);

  test.for(secured)("%s: no credential is 401", async (id) => {
    const answer = await app.request(operations[id].method, examplePath(id), { body: exampleBody(id) });
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    expect(answer.headers["www-authenticate"]).toContain("Bearer");
  });

  test.for(scoped)("%s: a key without its scope is 403 and the scope is named", async (id) => {
    const needed: readonly string[] = operations[id].security.apiKey ?? [];
    const key = await keyWithScopes(scopes.filter((scope) => !needed.includes(scope) && !scope.startsWith("admin:")));
    const multipart = (operations[id].requestContentTypes as readonly string[]).includes("multipart/form-data");
    const answer = await app.request(
      operations[id].method,
      examplePath(id),
      multipart ? { key, raw: new FormData() } : { key, body: exampleBody(id) },
    );
    expect(answer).toMatchObject({ status: 403, body: { code: "insufficient_scope" } });
    for (const scope of needed) expect(answer.body["detail"]).toContain(scope);
  });

  test("unknown, malformed, expired and revoked keys get one and the same answer", async () => {
    const revoked = await account.test.apiKeys.create({ name: "revoked" });
    await account.test.apiKeys.revoke(revoked.id);
    const expired = await account.test.apiKeys.create({
      name: "expired",
      expires_at: new Date(Date.now() + 600).toISOString(),
    });
    await expect
      .poll(async () => (await app.request("get", "/v1/profile", { key: expired.key })).status, { timeout: 5000 })
      .toBe(401);
    const unknown = `${revoked.key.slice(0, -7)}x${revoked.key.slice(-6)}`;
    const answers = await Promise.all(
      [revoked.key, expired.key, unknown, "amv_test_short", "nonsense", account.testKey.replace("test", "live")].map(
        (key) => app.request("get", "/v1/profile", { key }),
      ),
    );
    const bodies_ = answers.map(({ status, body }) => ({ status, ...body, request_id: null }));
    expect(new Set(bodies_.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(bodies_[0]).toMatchObject({ status: 401 });
  });

  test("after twenty bad keys in a minute an address gets 429, and its good keys go on", async () => {
    const other = await startTestApp({ worker: false });
    try {
      const { testKey } = await other.signUp();
      const statuses: number[] = [];
      for (let index = 0; index < 22; index += 1)
        statuses.push((await other.request("get", "/v1/profile", { key: "nonsense" })).status);
      expect(statuses).toEqual([...Array.from({ length: 20 }, () => 401), 429, 429]);
      const refused = await other.request("get", "/v1/profile", { key: "nonsense" });
      expect(refused.body).toMatchObject({ code: "too_many_failures" });
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
      expect((await other.request("get", "/v1/profile", { key: testKey })).status).toBe(200);
    } finally {
      await other.close();
    }
  });

  test("a session acts on the live account, and on the sandbox when it says so; a key in the wrong mode is told", async () => {
    const session = app.client(account.sessionToken);
    expect(await session.accounts.getProfile()).toMatchObject({ id: account.liveId, mode: "live" });
    expect(await session.accounts.getProfile({ mode: "test" })).toMatchObject({ id: account.sandboxId, mode: "test" });
    const answer = await app.request("get", "/v1/profile", {
      key: account.testKey,
      headers: { "MusicVerse-Mode": "live" },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: "mode_mismatch" } });
  });

  test("a key cannot make a key that may do more than itself", async () => {
    const narrow = app.client(await keyWithScopes(["api_keys:write", "tracks:read"]));
    await expect(narrow.apiKeys.create({ name: "wide", scopes: ["tracks:write"] })).rejects.toMatchObject({
      status: 403,
    });
    expect((await narrow.apiKeys.create({ name: "same", scopes: ["tracks:read"] })).scopes).toEqual(["tracks:read"]);
  });

  test("a wrong password and an unknown address get the same answer (invalid_login)", async () => {
    const visitor = app.client(null, { retriesMax: 0 });
    const codes = await Promise.all(
      [account.email, "nobody@example.com"].map((email) =>
        visitor.accounts.signIn({ email, password: "pw-canary-wrong" }).catch((error: unknown) => error),
      ),
    );
    expect(codes[0]).toMatchObject({ status: 401, code: "invalid_login" });
    expect(codes[1]).toMatchObject({ status: 401, code: "invalid_login" });
  });

  test("the same address cannot sign up twice (email_taken)", async () => {
    const again = app
      .client(null)
      .accounts.signUp({ email: account.email.toUpperCase(), password: "pw-canary-again", name: "Again" });
    await expect(again).rejects.toMatchObject({ status: 409, code: "email_taken" });
  });

  /** One key per set of scopes: an account has only so many. */
  async function keyWithScopes(wanted: readonly string[]): Promise<string> {
    const name = wanted.join();
    const key =
      narrowKeys.get(name) ??
      (await account.test.apiKeys.create({ name: "narrow", scopes: wanted as (typeof scopes)[number][] })).key;
    narrowKeys.set(name, key);
    return key;
  }
});
