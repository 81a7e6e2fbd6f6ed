import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBrowser } from "../../server/src/features/oauth/browser.fixture.ts";
import { refresh } from "../../server/src/features/oauth/token-endpoint.fixture.ts";
import { password, registerApp, type ThirdParty } from "../../server/src/features/oauth/world.fixture.ts";
import { signInEnv, visitor } from "../../server/src/features/sign-in/sign-in.fixture.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { startMailServer, type MailServer } from "../../server/test-kit/mail-server.ts";

/**
 * Somebody signs up with an address that is not theirs and waits for its owner. The rows of the table in "Pre-hijacked
 * accounts" (Sudhodanan and Paverd, USENIX Security 2022): in none of them do both end up in one account.
 */
describe("pre-hijacking", () => {
  let app: TestApp;
  let mail: MailServer;
  let go: ReturnType<typeof visitor>;
  let stage: ThirdParty;
  beforeAll(async () => {
    mail = await startMailServer();
    app = await startTestApp({ env: { ...signInEnv, SMTP_URL: mail.url } });
    go = visitor(app);
    stage = await registerApp(app, await app.signUp({ tier: "enterprise" }));
  });
  afterAll(async () => {
    await app?.close();
    await mail?.close();
  });

  const ownersPassword = "pw-canary-of-the-owner";
  const ask = (method: string, path: string, body: object, key?: string) =>
    app.request(method, path, {
      body,
      ...(key !== undefined && { key }),
      headers: { "X-Forwarded-For": `2001:db8:${randomUUID().slice(0, 4)}::1` },
    });
  const status = async (key: string) => (await app.request("get", "/v1/profile", { key })).status;

  async function tokenTo(email: string, subject: string): Promise<string> {
    for (;;) {
      const { headers, text } = await mail.next(email);
      if (headers["subject"] === subject) return /token=(\w+)/.exec(text)?.[1] ?? expect.fail(text);
    }
  }

  /** What the real owner does who hears that the address has an account already. */
  async function resetPassword(email: string): Promise<void> {
    expect((await ask("post", "/v1/password-resets", { email })).status).toBe(202);
    const token = await tokenTo(email, "Choose a new password");
    expect((await ask("post", "/v1/password-resets/confirm", { token, password: ownersPassword })).status).toBe(204);
  }

  const signInAsOwner = async (email: string): Promise<string> =>
    String((await ask("post", "/v1/sessions", { email, password: ownersPassword })).body["token"]);

  /** Everything that somebody who waits could have left behind. */
  async function leaveBehind(attacker: TestAccount) {
    const browser = createBrowser(app.url);
    const [key, tokens] = [
      await attacker.live.apiKeys.create({ name: "left behind" }),
      await stage.connect(attacker, { browser, scopes: ["profile:read"] }),
    ];
    const rotated = await attacker.live.apiKeys.rotate(key.id, { grace_seconds: 86_400 });
    const own = await registerApp(app, attacker);
    const webhook = await attacker.live.webhooks.create({ url: "http://127.0.0.1:9/listen" });
    return {
      browser,
      tokens,
      own,
      webhook,
      secrets: [attacker.sessionToken, attacker.liveKey, attacker.testKey, key.key, rotated.key, tokens.access_token],
    };
  }

  test("classic-federated merge: who signs in with Spotify gets no account that was made with their address", async () => {
    const attacker = await app.signUp();
    expect(await go.signIn(attacker.email)).toMatchObject({ status: 409, body: { code: "identity_not_linked" } });
    expect(await app.client(attacker.sessionToken).accounts.getProfile()).toMatchObject({
      email: attacker.email,
      email_verified: false,
    });
  });

  test("unexpired session: the owner's reset ends sessions, keys, connected apps, client secrets and sign-ins of browsers; webhooks hear no more", async () => {
    const attacker = await app.signUp({ tier: "enterprise" });
    const { browser, tokens, own, webhook, secrets } = await leaveBehind(attacker);
    expect(await Promise.all(secrets.map(status))).toEqual(secrets.map(() => 200));
    await resetPassword(attacker.email);

    for (const secret of secrets) await expect.poll(() => status(secret), { timeout: 1000, interval: 20 }).toBe(401);
    expect(await refresh(app, stage.client, tokens.refresh_token)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    expect(await refresh(app, own.client, "amv_refresh_x")).toMatchObject({
      status: 401,
      body: { error: "invalid_client" },
    });
    expect((await browser.open((await stage.begin()).url.href)).text).toContain('name="password"');

    const session = await signInAsOwner(attacker.email);
    const owner = app.client(session);
    expect((await owner.connectedApps.list()).data).toEqual([]);
    expect((await owner.apiKeys.list({ status: "active" })).data).toEqual([]);
    expect(await owner.webhooks.get(webhook.id)).toMatchObject({
      status: "disabled",
      disabled_reason: expect.stringContaining("Enable it if it is yours"),
    });
    const notice = mail.received.findLast(({ to }) => to.includes(attacker.email));
    expect(notice?.headers["subject"]).toBe("Your password was changed, and what was made before was ended");
  });

  test("an address that its owner had proven before: keys and connected apps survive the owner's reset, sessions do not", async () => {
    const owner = await app.signUp({ tier: "enterprise" });
    const { tokens, webhook } = await leaveBehind(owner);
    expect(
      (
        await ask("post", "/v1/email-verifications/confirm", {
          token: await tokenTo(owner.email, "Confirm your e-mail address"),
        })
      ).status,
    ).toBe(204);
    await resetPassword(owner.email);
    await expect.poll(() => status(owner.sessionToken), { timeout: 1000, interval: 20 }).toBe(401);
    expect([await status(owner.liveKey), await status(owner.testKey), await status(tokens.access_token)]).toEqual([
      200, 200, 200,
    ]);
    expect(await owner.live.webhooks.get(webhook.id)).toMatchObject({ status: "enabled" });
  });

  test("trojan identifier: a sign-in with Spotify that the attacker linked opens nothing after the owner's reset", async () => {
    const attacker = await app.signUp();
    const begun = await go.begin();
    const linked = await go.link(attacker.sessionToken, {
      ...begun,
      code: await go.codeFor(begun, "attacker-of-trojan@example.com"),
    });
    expect(linked.status).toBe(200);
    expect((await go.signIn("attacker-of-trojan@example.com")).status).toBe(201);
    await resetPassword(attacker.email);
    const again = await go.signIn("attacker-of-trojan@example.com");
    // A new account of the attacker's own, or none; never the owner's.
    expect(again.body["account_id"]).not.toBe(attacker.liveId);
  });

  test("unexpired e-mail change: the attacker's link to another mailbox does not work after the owner's reset", async () => {
    const attacker = await app.signUp();
    const mailbox = `attacker-${randomUUID()}@example.com`;
    expect((await ask("patch", "/v1/profile", { email: mailbox, password }, attacker.sessionToken)).status).toBe(200);
    const move = await tokenTo(mailbox, "Confirm your e-mail address");
    await resetPassword(attacker.email);
    expect(await ask("post", "/v1/email-verifications/confirm", { token: move })).toMatchObject({
      status: 400,
      body: { code: "invalid_link" },
    });
    expect(await app.client(await signInAsOwner(attacker.email)).accounts.getProfile()).toMatchObject({
      email: attacker.email,
      email_verified: true,
      pending_email: null,
    });
  });

  test("non-verifying provider: an account made with an address that Spotify only claims is unproven, and its owner's reset throws the other out", async () => {
    const email = `owner-${randomUUID()}@example.com`;
    const attacker = await go.signIn(email);
    const session = String(attacker.body["token"]);
    expect(await app.client(session).accounts.getProfile()).toMatchObject({ email, email_verified: false });
    const { key } = await app.client(session).apiKeys.create({ name: "left behind" });
    await resetPassword(email);
    for (const secret of [session, key])
      await expect.poll(() => status(secret), { timeout: 1000, interval: 20 }).toBe(401);
    expect(await go.signIn(email)).toMatchObject({ status: 409, body: { code: "identity_not_linked" } });
  });
});
