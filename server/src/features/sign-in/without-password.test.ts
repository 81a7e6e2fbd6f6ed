import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { signInEnv, visitor } from "./sign-in.fixture.ts";

const minuteMs = 60_000;

/** Where others repeat their password, who has none signs in again: they can do all that others can. */
describe("people without a password", () => {
  let app: TestApp;
  let go: ReturnType<typeof visitor>;
  let aheadMs = 0;
  beforeAll(async () => {
    app = await startTestApp({ worker: false, env: signInEnv, clock: { now: () => new Date(Date.now() + aheadMs) } });
    go = visitor(app);
  });
  afterAll(() => app?.close());

  const signIn = async (login: string) => String((await go.signIn(login)).body["token"]);
  const network = () => ({ "X-Forwarded-For": `2001:db8:9:${Math.floor(Math.random() * 65_536).toString(16)}::1` });
  const ask = (method: string, path: string, key: string, body: object) =>
    app.request(method, path, { key, body, headers: network() });
  const refused = { status: 403, body: { code: "sign_in_again" } };

  test("delete their account soon after signing in; an older session must sign in again first", async () => {
    const key = await signIn("leaves@example.com");
    aheadMs += 10 * minuteMs;
    expect(await ask("delete", "/v1/account", key, {})).toMatchObject(refused);
    expect(await ask("delete", "/v1/account", key, { password: "pw-canary-none-is-set" })).toMatchObject(refused);
    const again = await signIn("leaves@example.com");
    await app.client(again, { defaultHeaders: network() }).accounts.delete();
    for (const ended of [key, again])
      await expect
        .poll(async () => (await app.request("get", "/v1/profile", { key: ended })).status, { timeout: 1000 })
        .toBe(401);
  });

  test("choose a password soon after signing in, which counts from then on as everybody's does", async () => {
    const key = await signIn("chooses@example.com");
    const choose = (body: object) => ask("put", "/v1/password", key, body);
    aheadMs += 10 * minuteMs;
    expect(await choose({ new_password: "pw-canary-of-their-own" })).toMatchObject(refused);
    const fresh = await signIn("chooses@example.com");
    expect((await ask("put", "/v1/password", fresh, { new_password: "pw-canary-of-their-own" })).status).toBe(204);
    expect(
      (await ask("post", "/v1/sessions", fresh, { email: "chooses@example.com", password: "pw-canary-of-their-own" }))
        .status,
    ).toBe(201);
    const missing = {
      status: 400,
      body: { code: "validation_failed", errors: [{ path: "/body/current_password", code: "required" }] },
    };
    expect(await ask("put", "/v1/password", fresh, { new_password: "pw-canary-of-a-thief" })).toMatchObject(missing);
    expect(await ask("delete", "/v1/account", fresh, {})).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/password", code: "required" }] },
    });
    expect(await ask("delete", "/v1/account", fresh, { password: "pw-canary-of-a-thief" })).toMatchObject({
      status: 403,
      body: { code: "wrong_password" },
    });
  });

  test("move to another address soon after signing in; an API key never does", async () => {
    const key = await signIn("moves@example.com");
    const { key: apiKey } = await app.client(key).apiKeys.create({ name: "x" });
    expect(await ask("patch", "/v1/profile", apiKey, { email: "thief@example.com" })).toMatchObject({
      status: 403,
      body: { code: "session_required" },
    });
    aheadMs += 10 * minuteMs;
    expect(await ask("patch", "/v1/profile", key, { email: "moved@example.com" })).toMatchObject(refused);
    const fresh = await signIn("moves@example.com");
    expect(await ask("patch", "/v1/profile", fresh, { email: "moved@example.com" })).toMatchObject({
      status: 200,
      body: { pending_email: "moved@example.com" },
    });
  });

  test("who has a password needs it, however young the session is", async () => {
    const { sessionToken: key } = await app.signUp();
    expect(await ask("delete", "/v1/account", key, {})).toMatchObject({
      status: 400,
      body: { code: "validation_failed" },
    });
    expect(await ask("patch", "/v1/profile", key, { email: "other@example.com" })).toMatchObject({
      status: 400,
      body: { code: "validation_failed" },
    });
    expect((await app.request("get", "/v1/profile", { key })).status).toBe(200);
  });
});
