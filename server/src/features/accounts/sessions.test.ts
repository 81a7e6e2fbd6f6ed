import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProcess } from "../../../test-kit/process.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { createSessionLookup, forgetCredentials } from "./index.ts";
import { password, startWorld, tokenIn, type World } from "./people.fixture.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const newPassword = "pw-canary-of-tomorrow";
interface Listed {
  id: string;
  current: boolean;
  last_used_at: string;
  ip: string | null;
  user_agent: string | null;
}
const sessionsOf = async (key: string) =>
  ((await world.request("get", "/v1/sessions", { key })).body as { data: Listed[] }).data;
const status = async (key: string) => (await world.request("get", "/v1/profile", { key })).status;
const another = async (email: string, headers: Record<string, string> = {}) =>
  String((await world.request("post", "/v1/sessions", { body: { email, password }, headers })).body["token"]);

describe("sessions", () => {
  test("are listed with where they were opened, the asking one marked, in either mode", async () => {
    const { email, token } = await world.signUp();
    const phone = await another(email, { "X-Forwarded-For": "203.0.113.5", "User-Agent": "Phone/1.0" });
    const seen = await sessionsOf(token);
    expect(seen.map(({ current }) => current)).toEqual([false, true]);
    expect(seen[0]).toMatchObject({ object: "session", ip: "203.0.113.5", user_agent: "Phone/1.0" });
    expect(JSON.stringify(seen)).not.toContain("amv_session");
    const inSandbox = await world.request("get", "/v1/sessions?limit=1", {
      key: phone,
      headers: { "MusicVerse-Mode": "test" },
    });
    expect(inSandbox.body).toMatchObject({ data: [{ id: seen[0]?.id, current: true }], has_more: true });
    const rest = await world.request("get", `/v1/sessions?limit=1&cursor=${String(inSandbox.body["next_cursor"])}`, {
      key: phone,
    });
    expect(rest.body).toMatchObject({ data: [{ id: seen[1]?.id, current: false }], has_more: false });
  });

  test("one that is ended stops on every process within a second, the others go on", async () => {
    const { email, token } = await world.signUp();
    const phone = await another(email);
    const other = await startProcess("api", world.app.env);
    try {
      const there = async (key: string) =>
        (await fetch(`${other.url}/v1/profile`, { headers: { Authorization: `Bearer ${key}` } })).status;
      expect([await status(phone), await there(phone), await there(token)]).toEqual([200, 200, 200]);
      const [mine] = (await sessionsOf(phone)).filter(({ current }) => current);
      const endedAt = performance.now();
      expect((await world.request("delete", `/v1/sessions/${mine?.id}`, { key: token })).status).toBe(204);
      await expect.poll(() => there(phone), { timeout: 1000, interval: 10 }).toBe(401);
      await expect.poll(() => status(phone), { timeout: 1000, interval: 10 }).toBe(401);
      expect(performance.now() - endedAt).toBeLessThan(1000);
      expect([await status(token), await there(token)]).toEqual([200, 200]);
      expect(await world.request("delete", `/v1/sessions/${mine?.id}`, { key: token })).toMatchObject({
        status: 404,
        body: { code: "not_found" },
      });
    } finally {
      await other.terminate();
    }
  });

  test("of another person cannot be ended, nor seen, nor told from ones that do not exist", async () => {
    const [mine, theirs] = [await world.signUp(), await world.signUp()];
    const [target] = await sessionsOf(theirs.token);
    const answer = await world.request("delete", `/v1/sessions/${target?.id}`, { key: mine.token });
    const unknown = await world.request("delete", "/v1/sessions/ses_01kbq5s7m8e5xv2p0t6w9r4c3d", { key: mine.token });
    expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect({ ...answer.body, request_id: null }).toEqual({ ...unknown.body, request_id: null });
    expect(await status(theirs.token)).toBe(200);
    expect((await sessionsOf(mine.token)).map(({ id }) => id)).not.toContain(target?.id);
  });

  test("all others end at once, this one goes on", async () => {
    const { email, token } = await world.signUp();
    const others = [await another(email), await another(email)];
    for (const key of others) expect(await status(key)).toBe(200);
    expect(
      (await world.request("delete", "/v1/sessions", { key: token, headers: { "MusicVerse-Mode": "test" } })).status,
    ).toBe(204);
    for (const key of others) await expect.poll(() => status(key), { timeout: 1000, interval: 10 }).toBe(401);
    expect(await sessionsOf(token)).toHaveLength(1);
  });

  test("are for people: an API key can neither list nor end them", async () => {
    const { liveKey } = await world.app.signUp({ tier: "enterprise" });
    for (const [method, path] of [
      ["get", "/v1/sessions"],
      ["delete", "/v1/sessions"],
      ["delete", "/v1/sessions/ses_01kbq5s7m8e5xv2p0t6w9r4c3d"],
    ] as const) {
      expect(await world.request(method, path, { key: liveKey })).toMatchObject({
        status: 403,
        body: { code: "session_required" },
      });
    }
  });

  test("note when they were last used without a write for each use", async () => {
    const { token } = await world.signUp();
    const at = new Date(Date.now() + 60_000);
    const { db } = world.app.services;
    const lookup = createSessionLookup({ db, clock: { now: () => at }, log: silentLogger() });
    for (let index = 0; index < 50; index += 1) expect(await lookup.find(token)).not.toBeNull();
    const before = await sessionsOf(token);
    expect(before[0]?.last_used_at).not.toBe(at.toISOString());
    await lookup.close();
    expect((await sessionsOf(token))[0]?.last_used_at).toBe(at.toISOString());
  });

  test("that ended are cleaned up after a day, open ones stay", async () => {
    const { email, token } = await world.signUp();
    const phone = await another(email);
    await world.request("delete", "/v1/sessions/current", { key: phone });
    const { db } = world.app.services;
    const rows = () =>
      db.asSystem("look in a test", (tx) =>
        tx.query(
          "select 1 from sessions s join users u on u.account_id = s.account_id and u.id = s.user_id where u.email = $1",
          [email],
        ),
      );
    const after = (days: number) =>
      forgetCredentials({ db, clock: { now: () => new Date(Date.now() + days * 86_400_000) } });
    await after(0.9);
    expect(await rows()).toHaveLength(2);
    await after(1.1);
    expect(await rows()).toHaveLength(1);
    expect(await status(token)).toBe(200);
    await after(32);
    expect(await rows()).toHaveLength(0);
  });
});

describe("changing the password", () => {
  const change = (key: string, current: string, next = newPassword) =>
    world.request("put", "/v1/password", { key, body: { current_password: current, new_password: next } });

  test("needs the current one, ends the other sessions, keeps this one, and is told by mail", async () => {
    const { email, token } = await world.signUp();
    await world.link(email);
    const phone = await another(email);
    await world.request("post", "/v1/password-resets", { body: { email } });
    const resetLink = await world.link(email);
    expect(await change(token, "pw-canary-wrong")).toMatchObject({ status: 403, body: { code: "wrong_password" } });
    expect(await status(phone)).toBe(200);
    expect((await change(token, password)).status).toBe(204);
    await expect.poll(() => status(phone), { timeout: 1000, interval: 10 }).toBe(401);
    expect(await status(token)).toBe(200);
    expect([(await world.signIn(email)).status, (await world.signIn(email, newPassword)).status]).toEqual([401, 201]);
    expect((await world.mail.next(email)).headers["subject"]).toBe("Your password was changed");
    const late = await world.request("post", "/v1/password-resets/confirm", {
      body: { token: tokenIn(resetLink), password: "pw-canary-of-a-thief" },
    });
    expect(late.body).toMatchObject({ code: "invalid_link" });
  });

  test("cannot be used to try passwords: wrong ones count as failed sign-ins", async () => {
    const { email, token } = await world.signUp();
    for (let index = 0; index < 10; index += 1) expect((await change(token, "pw-canary-wrong")).status).toBe(403);
    expect(await change(token, password)).toMatchObject({ status: 429, body: { code: "too_many_failures" } });
    expect((await world.signIn(email)).status).toBe(429);
  });

  test("is for people", async () => {
    const { liveKey } = await world.app.signUp();
    expect(await change(liveKey, "pw-canary-of-a-test")).toMatchObject({
      status: 403,
      body: { code: "session_required" },
    });
  });
});

describe("the profile", () => {
  const update = (key: string, body: unknown, headers: Record<string, string> = {}) =>
    world.request("patch", "/v1/profile", { key, body, headers });

  test("has one name for both accounts of a pair", async () => {
    const { token } = await world.signUp();
    expect(await update(token, { name: " Night Owl " }, { "MusicVerse-Mode": "test" })).toMatchObject({
      status: 200,
      body: { name: "Night Owl", mode: "test" },
    });
    expect((await world.request("get", "/v1/profile", { key: token })).body).toMatchObject({
      name: "Night Owl",
      mode: "live",
    });
  });

  test("gets a new address only with the password, and only when the mail sent to it was opened; the old one is told", async () => {
    const { email, token } = await world.signUp();
    await world.link(email);
    const fresh = `moved-${email}`;
    expect(await update(token, { email: fresh })).toMatchObject({ status: 400, body: { code: "validation_failed" } });
    expect(await update(token, { email: fresh, password: "pw-canary-wrong" })).toMatchObject({
      status: 403,
      body: { code: "wrong_password" },
    });
    expect(await update(token, { email: fresh.toUpperCase(), password })).toMatchObject({
      status: 200,
      body: { email, pending_email: fresh },
    });
    expect((await world.mail.next(email)).text).toContain(fresh);
    expect((await world.signIn(fresh)).status).toBe(401);
    const link = await world.link(fresh);
    expect(
      (await world.request("post", "/v1/email-verifications/confirm", { body: { token: tokenIn(link) } })).status,
    ).toBe(204);
    expect((await world.request("get", "/v1/profile", { key: token })).body).toMatchObject({
      email: fresh,
      email_verified: true,
      pending_email: null,
    });
    expect([(await world.signIn(email)).status, (await world.signIn(fresh)).status]).toEqual([401, 201]);
    expect((await world.mail.next(email)).headers["subject"]).toBe("Your account has a new e-mail address");
  });

  test("of two new addresses only the one asked for last can become the account's", async () => {
    const { email, token } = await world.signUp();
    const [typo, right] = [`typo-${email}`, `right-${email}`];
    await update(token, { email: typo, password });
    const stale = await world.link(typo);
    await update(token, { email: right, password });
    const confirm = (link: URL) =>
      world.request("post", "/v1/email-verifications/confirm", { body: { token: tokenIn(link) } });
    expect((await confirm(stale)).body).toMatchObject({ code: "invalid_link" });
    expect((await confirm(await world.link(right))).status).toBe(204);
  });

  test("cannot take another account's address, neither when asking nor when it was taken meanwhile", async () => {
    const [mine, theirs] = [await world.signUp(), await world.signUp()];
    expect(await update(mine.token, { email: theirs.email, password })).toMatchObject({
      status: 409,
      body: { code: "email_taken" },
    });
    const wanted = `wanted-${mine.email}`;
    await update(mine.token, { email: wanted, password });
    const link = await world.link(wanted);
    expect(
      (await world.request("post", "/v1/accounts", { body: { email: wanted, password, name: "Faster" } })).status,
    ).toBe(201);
    expect(
      await world.request("post", "/v1/email-verifications/confirm", { body: { token: tokenIn(link) } }),
    ).toMatchObject({ status: 409, body: { code: "email_taken" } });
  });

  test("takes no field that is not offered: no tier, mode, administrator or verified address by asking for it", async () => {
    const { token } = await world.signUp();
    const before = (await world.request("get", "/v1/profile", { key: token })).body;
    for (const field of [
      "tier",
      "mode",
      "is_admin",
      "email_verified",
      "email_verified_at",
      "pending_email",
      "id",
      "twin_id",
      "account_id",
      "created_at",
      "__proto__",
    ]) {
      const answer = await world.app.request("patch", "/v1/profile", {
        key: token,
        headers: { "Content-Type": "application/json" },
        raw: `{"name":"x","${field}":"pro"}`,
      });
      expect(answer, field).toMatchObject({ status: 400, body: { code: "validation_failed" } });
    }
    expect((await world.request("get", "/v1/profile", { key: token })).body).toEqual(before);
  });

  test("a program with profile:write may rename, but not move the address; without the scope it may do neither", async () => {
    const account = await world.app.signUp();
    expect(await update(account.liveKey, { name: "By program" })).toMatchObject({
      status: 200,
      body: { name: "By program" },
    });
    expect(await update(account.liveKey, { email: "x@example.com", password: "pw-canary-of-a-test" })).toMatchObject({
      status: 403,
      body: { code: "session_required" },
    });
    const reader = await account.live.apiKeys.create({ name: "reader", scopes: ["profile:read"] });
    expect(await update(reader.key, { name: "x" })).toMatchObject({
      status: 403,
      body: { code: "insufficient_scope", required_scope: "profile:write" },
    });
  });
});
