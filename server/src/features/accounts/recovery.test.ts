import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { forgetCredentials } from "./index.ts";
import { password, startWorld, tokenIn, type World } from "./people.fixture.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const newPassword = "pw-canary-of-tomorrow";
const post = (path: string, body: unknown) => world.request("post", path, { body });
const verify = (token: string) => post("/v1/email-verifications/confirm", { token });
const askForReset = (email: string) => post("/v1/password-resets", { email });
const reset = (token: string, secret = newPassword) => post("/v1/password-resets/confirm", { token, password: secret });
const profile = async (key: string) => (await world.request("get", "/v1/profile", { key })).body;
const count = async (table: string) => {
  const [row] = await world.app.services.db.asSystem("look in a test", (tx) =>
    tx.query<{ count: number }>(`select count(*) from ${table}`),
  );
  return row?.count;
};
const later = (hours: number) => ({
  db: world.app.services.db,
  clock: { now: () => new Date(Date.now() + hours * 3_600_000) },
});

describe("verifying an address", () => {
  test("the link that signing up sends verifies it, once", async () => {
    const { email, token } = await world.signUp();
    expect(await profile(token)).toMatchObject({ email, email_verified: false });
    const link = await world.link(email);
    expect(link.href.startsWith(`${world.app.url}/verify-email?token=amv_once_`)).toBe(true);
    expect((await verify(tokenIn(link))).status).toBe(204);
    expect(await profile(token)).toMatchObject({ email, email_verified: true });
    expect(await verify(tokenIn(link))).toMatchObject({ status: 400, body: { code: "invalid_link" } });
  });

  test("of many uses of a link at the same moment one counts", async () => {
    const { email } = await world.signUp();
    const token = tokenIn(await world.link(email));
    const statuses = (await Promise.all([1, 2, 3, 4].map(() => verify(token)))).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([204, 400, 400, 400]);
  });

  test("another mail can be asked for, in either mode, five times an hour, until the address is verified", async () => {
    const { email, token } = await world.signUp();
    await world.link(email);
    const ask = (headers: Record<string, string> = {}) =>
      world.request("post", "/v1/email-verifications", { key: token, headers });
    expect(await ask({ "MusicVerse-Mode": "test" })).toMatchObject({
      status: 202,
      body: { object: "email_verification", email },
    });
    const link = await world.link(email);
    for (let index = 0; index < 4; index += 1) expect((await ask()).status).toBe(202);
    const refused = await ask();
    expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await verify(tokenIn(link))).status).toBe(204);
    expect(await ask()).toMatchObject({ status: 409, body: { code: "email_already_verified" } });
  });

  test("a repeated request with its Idempotency-Key sends one mail", async () => {
    const { email, token } = await world.signUp();
    await world.link(email);
    const ask = () =>
      world.request("post", "/v1/email-verifications", { key: token, headers: { "Idempotency-Key": "again" } });
    const [first, second] = [await ask(), await ask()];
    expect(second.body).toEqual(first.body);
    expect(second.headers["idempotency-replayed"]).toBe("true");
    await world.link(email);
    expect(world.mail.received.filter(({ to }) => to.includes(email))).toHaveLength(2);
  });

  test("a made-up token, and one for another purpose, open nothing", async () => {
    const { email } = await world.signUp();
    const token = tokenIn(await world.link(email));
    for (const wrong of ["x", `${token}x`, token.slice(0, -1)])
      expect(await verify(wrong)).toMatchObject({ status: 400, body: { code: "invalid_link" } });
    expect(await reset(token)).toMatchObject({ status: 400, body: { code: "invalid_link" } });
    expect((await verify(token)).status).toBe(204);
  });

  test("no program can ask for mails", async () => {
    const { liveKey } = await world.app.signUp();
    expect(await world.request("post", "/v1/email-verifications", { key: liveKey })).toMatchObject({
      status: 403,
      body: { code: "session_required" },
    });
  });
});

describe("a forgotten password", () => {
  test("the link in the mail sets a new one, signs everybody out, and works once", async () => {
    const { email, token } = await world.signUp();
    await world.link(email);
    const elsewhere = String((await world.signIn(email)).body["token"]);
    expect(await askForReset(` ${email.toUpperCase()}`)).toMatchObject({ status: 400 });
    expect(await askForReset(email.toUpperCase())).toMatchObject({ status: 202, text: "" });
    const link = await world.link(email);
    expect(link.href.startsWith(`${world.app.url}/reset-password?token=amv_once_`)).toBe(true);

    expect((await reset(tokenIn(link))).status).toBe(204);
    for (const key of [token, elsewhere]) {
      await expect
        .poll(async () => (await world.request("get", "/v1/profile", { key })).status, { timeout: 1000, interval: 10 })
        .toBe(401);
    }
    expect((await world.signIn(email)).status).toBe(401);
    const fresh = await world.signIn(email, newPassword);
    expect(fresh.status).toBe(201);
    // Who reads the mailbox has the address.
    expect(await profile(String(fresh.body["token"]))).toMatchObject({ email_verified: true });
    expect((await world.mail.next(email)).headers["subject"]).toBe(
      "Your password was changed, and what was made before was ended",
    );
    expect(await reset(tokenIn(link))).toMatchObject({ status: 400, body: { code: "invalid_link" } });
  });

  test("a new password ends all links that were sent before", async () => {
    const { email } = await world.signUp();
    await world.link(email);
    await askForReset(email);
    const first = await world.link(email);
    await askForReset(email);
    const second = await world.link(email);
    expect((await reset(tokenIn(second))).status).toBe(204);
    expect((await reset(tokenIn(first), "pw-canary-of-a-thief")).status).toBe(400);
  });

  test("a new password ends the link that would move the account to another mailbox (its mail says: change your password)", async () => {
    for (const how of ["change", "reset"]) {
      const { email, token } = await world.signUp();
      expect((await verify(tokenIn(await world.link(email)))).status).toBe(204);
      const thief = `thief-${how}@example.com`;
      expect(
        (await world.request("patch", "/v1/profile", { key: token, body: { email: thief, password } })).status,
      ).toBe(200);
      const move = await world.link(thief);
      expect((await world.mail.next(email)).headers["subject"]).toBe("Your e-mail address is about to change");
      if (how === "change") {
        const body = { current_password: password, new_password: newPassword };
        expect((await world.request("put", "/v1/password", { key: token, body })).status).toBe(204);
      } else {
        await askForReset(email);
        expect((await reset(tokenIn(await world.link(email)))).status).toBe(204);
      }
      expect(await verify(tokenIn(move))).toMatchObject({ status: 400, body: { code: "invalid_link" } });
      expect(await profile(String((await world.signIn(email, newPassword)).body["token"]))).toMatchObject({
        email,
        pending_email: null,
      });
    }
  });

  test("asking does the same for a known and an unknown address: one row, and not even the mail's absence tells before", async () => {
    const { email } = await world.signUp();
    await world.link(email);
    const answers = [await askForReset(email), await askForReset("nobody@example.com")];
    const shape = answers.map(({ status, text, headers }) => ({
      status,
      text,
      names: Object.keys(headers).toSorted(),
    }));
    expect(shape[1]).toEqual(shape[0]);
    await world.link(email);
    await expect.poll(() => count("password_reset_requests")).toBe(0);
    expect(world.mail.received.flatMap(({ to }) => to)).not.toContain("nobody@example.com");
  });

  test("a mailbox gets three of these mails an hour, and nobody is told when it is full", async () => {
    const { email } = await world.signUp();
    await world.link(email);
    for (let index = 0; index < 5; index += 1) expect((await askForReset(email)).status).toBe(202);
    for (let index = 0; index < 3; index += 1) await world.link(email);
    await expect.poll(() => count("password_reset_requests")).toBe(0);
    expect(
      world.mail.received.filter(
        ({ to, headers }) => to.includes(email) && headers["subject"] === "Choose a new password",
      ),
    ).toHaveLength(3);
  });

  test("a network that asks for many different addresses is stopped", async () => {
    const ask = (index: number) =>
      world.request("post", "/v1/password-resets", {
        body: { email: `x${index}@example.com` },
        headers: { "X-Forwarded-For": "203.0.113.99" },
      });
    for (let index = 0; index < 10; index += 1) expect((await ask(index)).status).toBe(202);
    expect(await ask(10)).toMatchObject({
      status: 429,
      body: { code: "rate_limited", detail: expect.stringContaining("mails") },
    });
  });

  test("no token of a mail can be read from the database, and no address of a request", async () => {
    const { email } = await world.signUp();
    const link = await world.link(email);
    const rows = await world.app.services.db.asSystem("look in a test", (tx) =>
      tx.query("select user_tokens::text from user_tokens"),
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(tokenIn(link).slice(9));
    expect(world.app.logged()).not.toContain(tokenIn(link).slice(9));
  });

  test("links that nobody opens stop working, a reset's after an hour, and are cleaned up", async () => {
    const { email } = await world.signUp();
    await world.link(email);
    await askForReset(email);
    const link = await world.link(email);
    await forgetCredentials(later(0.9));
    await world.app.services.db.asSystem("an hour passes", (tx) =>
      tx.query("update user_tokens set expires_at = now() where purpose = 'reset_password'"),
    );
    expect(await reset(tokenIn(link))).toMatchObject({ status: 400, body: { code: "invalid_link" } });
    expect(await count("user_tokens")).toBeGreaterThan(0);
    await forgetCredentials(later(25));
    expect(await count("user_tokens")).toBe(0);
  });

  test("a short password is refused before the link is used", async () => {
    const { email } = await world.signUp();
    await world.link(email);
    await askForReset(email);
    const token = tokenIn(await world.link(email));
    expect(await reset(token, "short")).toMatchObject({ status: 400, body: { code: "validation_failed" } });
    expect((await reset(token)).status).toBe(204);
  });
});

describe("the pages behind the links", () => {
  async function open(link: URL | string) {
    const response = await fetch(link, { headers: { "X-Forwarded-For": "198.51.100.7" } });
    const text = await response.text();
    const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? "";
    return {
      response,
      text,
      csrf: hidden("csrf"),
      token: hidden("token"),
      cookie: response.headers.get("set-cookie")?.split(";")[0] ?? "",
    };
  }
  async function submit(link: URL | string, fields: Record<string, string>, cookie: string) {
    const response = await fetch(link, {
      method: "POST",
      headers: { "X-Forwarded-For": "198.51.100.8", "content-type": "application/x-www-form-urlencoded", cookie },
      body: new URLSearchParams(fields).toString(),
    });
    return { status: response.status, text: await response.text() };
  }

  test("a mail scanner that opens the link uses nothing up; the person's click verifies", async () => {
    const { email, token } = await world.signUp();
    const link = await world.link(email);
    for (let index = 0; index < 3; index += 1) expect((await open(link)).response.status).toBe(200);
    await fetch(link, { method: "HEAD" });
    expect(await profile(token)).toMatchObject({ email_verified: false });
    const page = await open(link);
    expect(page.response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(await submit(link, { token: page.token }, page.cookie)).toMatchObject({ status: 403 });
    expect(await submit(link, { csrf: page.csrf, token: page.token }, page.cookie)).toMatchObject({
      status: 200,
      text: expect.stringContaining("Address confirmed"),
    });
    expect(await profile(token)).toMatchObject({ email_verified: true });
    expect(await submit(link, { csrf: page.csrf, token: page.token }, page.cookie)).toMatchObject({
      status: 400,
      text: expect.stringContaining("Link does not work"),
    });
  });

  test("a person gets the link, types a new password, is told what is wrong with it, and signs in", async () => {
    const { email } = await world.signUp();
    await world.link(email);
    const forgot = await open(`${world.app.url}/forgot-password`);
    expect(await submit(`${world.app.url}/forgot-password`, { csrf: forgot.csrf, email }, forgot.cookie)).toMatchObject(
      { status: 200 },
    );
    const link = await world.link(email);
    const page = await open(link);
    const short = await submit(link, { csrf: page.csrf, token: page.token, password: "short" }, page.cookie);
    expect(short).toMatchObject({ status: 400, text: expect.stringContaining("This one has 5 characters") });
    expect(short.text).not.toContain('value="short"');
    expect(
      await submit(link, { csrf: page.csrf, token: page.token, password: newPassword }, page.cookie),
    ).toMatchObject({ status: 200 });
    expect((await world.signIn(email, newPassword)).status).toBe(201);
    expect((await world.signIn(email, password)).status).toBe(401);
  });

  test("markup in a link is shown as text", async () => {
    const { text } = await open(`${world.app.url}/verify-email?token=%22%3E%3Cscript%3E`);
    expect(text).toContain('value="&quot;>&lt;script>"');
    expect(text).not.toContain("<script");
  });
});
