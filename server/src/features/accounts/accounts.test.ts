import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { systemClock } from "../../platform/clock/index.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { createSessionLookup } from "./index.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ worker: false });
});
afterAll(() => app?.close());

const password = "pw-canary-long-enough";
let people = 0;
const person = () => ({ email: `person-${(people += 1)}@example.com`, password, name: "Person" });
const signUp = (body: Record<string, unknown>) => app.request("post", "/v1/accounts", { body });
const signIn = (email: string, secret = password) =>
  app.request("post", "/v1/sessions", { body: { email, password: secret } });
const profile = (key: string, headers: Record<string, string> = {}) =>
  app.request("get", "/v1/profile", { key, headers });
const tokenOf = (answer: { body: Record<string, unknown> }) => String(answer.body["token"]);

async function stored(sql: string): Promise<string> {
  const admin = new Client({ connectionString: app.database.adminUrl });
  await admin.connect();
  const { rows } = await admin.query(sql).finally(() => admin.end());
  return JSON.stringify(rows);
}

test("signing up makes an account with a sandbox, and a session that acts on either", async () => {
  const body = person();
  const made = await signUp(body);
  expect(made).toMatchObject({ status: 201, body: { account: { mode: "live", tier: "free", email: body.email } } });
  const { account, session } = made.body as { account: Record<string, string>; session: Record<string, string> };
  expect(session["account_id"]).toBe(account["live_account_id"]);
  const token = String(session["token"]);
  expect((await profile(token)).body).toEqual(account);
  expect((await profile(token, { "MusicVerse-Mode": "test" })).body).toEqual({
    ...account,
    id: account["sandbox_account_id"],
    mode: "test",
    tier: "sandbox",
  });
});

test("neither password nor token can be read from the database", async () => {
  const body = person();
  await signUp(body);
  const token = tokenOf(await signIn(body.email));
  expect(await stored("select password_hash from users")).toContain("$argon2id$");
  expect(
    (await stored("select users::text from users")) + (await stored("select sessions::text from sessions")),
  ).not.toMatch(new RegExp(`pw-canary|${token.slice(12)}`));
});

test("an address is one account's only, however it is written", async () => {
  const body = person();
  await signUp(body);
  const again = await signUp({ ...body, email: body.email.toUpperCase() });
  expect(again).toMatchObject({ status: 409, body: { code: "email_taken" } });
  expect((await signIn(body.email.toUpperCase())).status).toBe(201);
});

test("of sign-ups with one address at the same moment one wins, and the others leave nothing behind", async () => {
  const body = person();
  const before = await stored("select count(*) from accounts");
  const answers = await Promise.all([1, 2, 3, 4].map(() => signUp(body)));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409]);
  const count = (text: string) => Number((JSON.parse(text) as { count: string }[])[0]?.count);
  expect(count(await stored("select count(*) from accounts"))).toBe(count(before) + 2);
});

test("a wrong password and an unknown address get the same answer", async () => {
  const body = person();
  await signUp(body);
  const [wrong, unknown] = [await signIn(body.email, "pw-canary-wrong"), await signIn("nobody@example.com")];
  expect(wrong).toMatchObject({ status: 401, body: { code: "invalid_login" } });
  expect({ ...unknown.body, request_id: null }).toEqual({ ...wrong.body, request_id: null });
});

test("a session that signed out is over within a second, the person's other sessions are not", async () => {
  const body = person();
  await signUp(body);
  const [one, two] = [tokenOf(await signIn(body.email)), tokenOf(await signIn(body.email))];
  expect([(await profile(one)).status, (await profile(two)).status]).toEqual([200, 200]);
  // Acting on the sandbox or not: it is the same session that ends.
  const answer = await app.request("delete", "/v1/sessions/current", {
    key: one,
    headers: { "MusicVerse-Mode": "test" },
  });
  expect(answer.status).toBe(204);
  await expect.poll(async () => (await profile(one)).status, { timeout: 1000, interval: 10 }).toBe(401);
  expect((await profile(two)).status).toBe(200);
});

test("an API key cannot sign out", async () => {
  const { liveKey } = await app.signUp();
  const answer = await app.request("delete", "/v1/sessions/current", { key: liveKey });
  expect(answer).toMatchObject({ status: 403, body: { code: "session_required" } });
});

test("a session ends by itself after 30 days", async () => {
  const body = person();
  await signUp(body);
  const session = (await signIn(body.email)).body;
  const end = new Date(String(session["expires_at"])).getTime();
  expect(end - systemClock.now().getTime()).toBeGreaterThan(29.9 * 86_400_000);
  let now = new Date(end - 1);
  const lookup = createSessionLookup({ db: app.database.db, clock: { now: () => now }, log: silentLogger() });
  expect(await lookup.find(String(session["token"]))).not.toBeNull();
  now = new Date(end);
  expect(await lookup.find(String(session["token"]))).toBeNull();
  await lookup.close();
});

test("a burst of wrong passwords for an address gets no more looks than one after the other", async () => {
  const own = await startTestApp({ worker: false });
  const body = person();
  try {
    await own.request("post", "/v1/accounts", { body });
    const enter = () =>
      own.request("post", "/v1/sessions", { body: { email: body.email, password: "pw-canary-wrong" } });
    const statuses = (await Promise.all(Array.from({ length: 15 }, enter))).map(({ status }) => status);
    expect(own.logged()).not.toContain("rate limits are counted per process");
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  } finally {
    await own.close();
  }
});

test("after ten wrong passwords for an address sign-in pauses for it, even with the right one", async () => {
  const own = await startTestApp({ worker: false });
  const body = person();
  const enter = (email: string, secret: string) =>
    own.request("post", "/v1/sessions", { body: { email, password: secret } });
  try {
    await own.request("post", "/v1/accounts", { body });
    expect((await enter(body.email, password)).status).toBe(201);
    const statuses: number[] = [];
    for (let index = 0; index < 11; index += 1) statuses.push((await enter(body.email, "pw-canary-wrong")).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    const paused = await enter(body.email.toUpperCase(), password);
    expect(paused).toMatchObject({ status: 429, body: { code: "too_many_failures" } });
    expect(Number(paused.headers["retry-after"])).toBeGreaterThan(60);
    expect((await enter("somebody-else@example.com", password)).status).toBe(401);
  } finally {
    await own.close();
  }
});
