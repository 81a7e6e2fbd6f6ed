import * as oauth from "openid-client";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { createBrowser, type Browser, type Shown } from "./browser.fixture.ts";
import { giveConsent, password, registerApp, type ThirdParty } from "./world.fixture.ts";

/** What a reader sees. */
const plain = ({ text }: Shown) =>
  text
    .replaceAll(/<style.*?<\/style>/gs, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ");

describe("sign-in and consent", () => {
  let app: TestApp;
  let maker: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    maker = await app.signUp({ tier: "enterprise" });
  });
  afterAll(() => app?.close());

  const people = () => app.signUp({ tier: "enterprise" });
  const begin = async (third: ThirdParty, browser: Browser, scopes: Parameters<ThirdParty["begin"]>[0] = {}) =>
    browser.open((await third.begin(scopes)).url.href);
  test("the question names the app, its homepage's host, each power in plain words, the person and both accounts", async () => {
    const person = await people();
    const stage = await registerApp(app, maker, {
      name: "Stage <b>&",
      homepage: "https://songstage.example.com/about",
    });
    const browser = createBrowser(app.url);
    expect(plain(await begin(stage, browser, { scopes: ["tracks:read", "tracks:write"] }))).toContain(
      "wants to connect to your MusicVerse account",
    );
    const page = await browser.submit({ action: "sign_in", email: person.email.toUpperCase(), password });
    expect(page.text).toContain("Stage &lt;b>&amp;");
    expect(plain(page)).toMatch(
      /songstage\.example\.com.*See tracks and download their audio\..*Upload, change and delete tracks\./,
    );
    for (const text of ["Tester", person.email, "Live account", "Sandbox", "Allow", "Cancel", "songstage.example.com"])
      expect(plain(page)).toContain(text);
  });

  test("what was allowed is remembered, in another browser too; only new scopes are asked about", async () => {
    const person = await people();
    const stage = await registerApp(app, maker);
    const browser = createBrowser(app.url);
    await stage.connect(person, { browser, scopes: ["tracks:read"] });
    expect(await begin(stage, browser)).toMatchObject({ left: true });

    const elsewhere = createBrowser(app.url);
    await begin(stage, elsewhere);
    expect(await elsewhere.submit({ action: "sign_in", email: person.email, password })).toMatchObject({ left: true });

    const more = await begin(stage, elsewhere, { scopes: ["tracks:read", "tracks:write"] });
    expect(plain(more)).toContain("Song Stage wants to do more");
    expect(plain(more)).toMatch(/download their audio\. Upload, change and delete tracks\. New/);
    expect(await begin(stage, browser, { parameters: { prompt: "consent" } })).toMatchObject({ left: false });
    expect((await app.client(person.sessionToken).connectedApps.list()).data).toHaveLength(1);
  });

  test("the app acts on the account that was chosen, live or sandbox, and its token says so", async () => {
    const person = await people();
    const stage = await registerApp(app, maker);
    const tokens = await stage.connect(person, { account: "test", scopes: ["profile:read"] });
    expect((await app.client(tokens.access_token).accounts.getProfile()).id).toBe(person.sandboxId);
    expect(await oauth.tokenIntrospection(stage.config, tokens.access_token)).toMatchObject({
      account_id: person.sandboxId,
      mode: "test",
    });
    const wrongMode = await app.request("get", "/v1/profile", {
      key: tokens.access_token,
      headers: { "MusicVerse-Mode": "live" },
    });
    expect(wrongMode).toMatchObject({ status: 400, body: { code: "mode_mismatch" } });
    expect((await app.client(person.sessionToken).connectedApps.list()).data).toEqual([]);
  });

  test("cancelling is access_denied for the app, before and after signing in, and nothing is connected", async () => {
    const person = await people();
    const stage = await registerApp(app, maker);
    const browser = createBrowser(app.url);
    await begin(stage, browser);
    expect((await browser.submit({ action: "deny" })).url.searchParams.get("error")).toBe("access_denied");
    await begin(stage, browser);
    await browser.submit({ action: "sign_in", email: person.email, password });
    const denied = await browser.submit({ action: "deny" });
    expect([
      denied.url.searchParams.get("error"),
      denied.url.searchParams.get("iss"),
      denied.url.searchParams.has("state"),
    ]).toEqual(["access_denied", app.url, true]);
    expect((await app.client(person.sessionToken).connectedApps.list()).data).toEqual([]);
  });
});

describe("nobody else can answer for a person", () => {
  let app: TestApp;
  let person: TestAccount;
  let stage: ThirdParty;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    person = await app.signUp({ tier: "enterprise" });
    stage = await registerApp(app, person);
  });
  afterAll(() => app?.close());

  const atConsent = async () => {
    const browser = createBrowser(app.url);
    await browser.open((await stage.begin()).url.href);
    return { browser, page: await browser.submit({ action: "sign_in", email: person.email, password }) };
  };

  test("CSRF on consent and login CSRF: posts from another site, without our token, or for another browser's request do nothing", async () => {
    const { browser, page } = await atConsent();
    const cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join("; ");
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const post = (fields: Record<string, string>, headers: Record<string, string>) =>
      fetch(page.url, {
        method: "POST",
        redirect: "manual",
        body: new URLSearchParams({ action: "allow", account: "live", ...fields }),
        headers,
      });
    const refused = [
      await post({}, { cookie }),
      await post({ csrf: "x" }, { cookie }),
      await post({ csrf }, { cookie, origin: "https://evil.example" }),
      await post({ csrf }, { cookie, "sec-fetch-site": "cross-site" }),
      await post({ csrf }, {}),
      await post({ action: "sign_in", email: person.email, password }, { origin: "https://evil.example" }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    const victim = createBrowser(app.url);
    await victim.open((await stage.begin()).url.href);
    expect((await victim.open(page.url.href)).status).toBe(404);
    const own = [...victim.cookies()].map(([name, value]) => `${name}=${value}`).join("; ");
    expect((await fetch(page.url, { headers: { cookie: own } })).status).toBe(404);
    expect((await app.client(person.sessionToken).connectedApps.list()).data).toEqual([]);
  });

  test("clickjacking: no page of the way can be framed, runs a script or loads anything from elsewhere", async () => {
    const browser = createBrowser(app.url);
    const pages = [
      await browser.open((await stage.begin()).url.href),
      await browser.submit({ action: "sign_in", email: person.email, password }),
      await browser.open(`${app.url}/oauth/authorize?client_id=x`),
      await browser.open(`${app.url}/oauth/interaction/x`),
    ];
    for (const { headers, text, url } of pages) {
      expect(headers.get("content-security-policy"), url.href).toMatch(
        /^default-src 'none'; style-src 'sha256-.*img-src 'self'; form-action 'self'.*frame-ancestors 'none'$/,
      );
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("cache-control")).toContain("no-store");
      expect(text).not.toContain("<script");
    }
    expect(pages[1]?.headers.get("content-security-policy")).toContain(
      "form-action 'self' https://songstage.example.com;",
    );
  });

  test("a redirect URI that could not be registered today adds nothing to the header of the page", async () => {
    const odd = await registerApp(app, person);
    const uri = "https://a;script-src,b.example.com/";
    await app.services.db.asSystem("a row from before the rule", (tx) =>
      tx.query("update oauth_clients set redirect_uris = array[$2] where id = $1", [
        decodeId("app", odd.client.id),
        uri,
      ]),
    );
    const page = await createBrowser(app.url).open((await odd.begin({ parameters: { redirect_uri: uri } })).url.href);
    expect(page.text).toContain('name="password"');
    expect(page.headers.get("content-security-policy")).toMatch(
      /; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
  });

  test("somebody else can sign in instead, and then is the one who is asked", async () => {
    const other = await app.signUp();
    const { browser } = await atConsent();
    expect((await browser.submit({ action: "switch" })).text).toContain('name="password"');
    const page = await browser.submit({ action: "sign_in", email: other.email, password });
    expect(page.text).toContain(other.email);
    expect(page.text).not.toContain(person.email);
  });

  test("a new password ends the sign-ins of browsers", async () => {
    const someone = await app.signUp();
    const browser = createBrowser(app.url);
    await giveConsent(browser, (await stage.begin()).url.href, someone);
    expect((await browser.open((await stage.begin()).url.href)).left).toBe(true);
    await app
      .client(someone.sessionToken)
      .accounts.changePassword({ current_password: password, new_password: "pw-canary-of-another-test" });
    expect((await browser.open((await stage.begin()).url.href)).text).toContain('name="password"');
  });

  test("a question that was open when the password changed can be answered no more, and leaves no connected app", async () => {
    const someone = await app.signUp();
    const browser = createBrowser(app.url);
    await browser.open((await stage.begin()).url.href);
    expect((await browser.submit({ action: "sign_in", email: someone.email, password })).text).toContain(
      "On which account?",
    );
    await app
      .client(someone.sessionToken)
      .accounts.changePassword({ current_password: password, new_password: "pw-canary-of-another-test" });
    const answer = await browser.submit({ action: "allow", account: "live" });
    expect(answer).toMatchObject({ left: false, status: 404 });
    expect(plain(answer)).toContain("Your sign-in has ended");
    expect((await app.client(someone.sessionToken).connectedApps.list()).data).toEqual([]);
  });
});

describe("signing out everywhere", () => {
  let app: TestApp;
  let stage: ThirdParty;
  beforeAll(async () => {
    app = await startTestApp({ worker: false, env: { TRUST_PROXY: "1" } });
    stage = await registerApp(app, await app.signUp());
  });
  afterAll(() => app?.close());

  test.each([
    [
      "the person ends all other sessions",
      async (someone: TestAccount) => void (await app.client(someone.sessionToken).accounts.endOtherSessions()),
    ],
    [
      "an administrator ends the account's sessions",
      async (someone: TestAccount) => {
        const { sessionToken } = await app.signUp({ admin: true });
        await app.client(sessionToken).admin.revokeAccountSessions(someone.liveId);
      },
    ],
  ])("when %s, browsers are signed out, and a question that was open can be answered no more", async (_name, end) => {
    const someone = await app.signUp();
    const [signedIn, asked] = [createBrowser(app.url), createBrowser(app.url)];
    await giveConsent(signedIn, (await stage.begin()).url.href, someone);
    await asked.open((await stage.begin({ scopes: ["tracks:read", "tracks:write"] })).url.href);
    expect((await asked.submit({ action: "sign_in", email: someone.email, password })).text).toContain(
      "On which account?",
    );
    await end(someone);
    expect((await signedIn.open((await stage.begin()).url.href)).text).toContain('name="password"');
    expect(await asked.submit({ action: "allow", account: "live" })).toMatchObject({ left: false, status: 404 });
  });

  test("deleting the account deletes what browsers were signed in with, open questions too", async () => {
    const someone = await app.signUp();
    const [signedIn, asked] = [createBrowser(app.url), createBrowser(app.url)];
    await giveConsent(signedIn, (await stage.begin()).url.href, someone);
    await asked.open((await stage.begin({ scopes: ["tracks:read", "tracks:write"] })).url.href);
    await asked.submit({ action: "sign_in", email: someone.email, password });
    const rows = <Row extends object>(sql: string, value: unknown) =>
      app.services.db.asSystem("look in a test", (tx) => tx.query<Row>(sql, [value]));
    const [user] = await rows<{ id: string }>("select id from users where email = $1", someone.email);
    const kept = async () =>
      (
        await rows<{ kind: string }>("select kind from oauth_browser_states where user_id = $1 order by kind", user?.id)
      ).map(({ kind }) => kind);
    expect(await kept()).toEqual(["Interaction", "Session", "Session"]);
    await app.client(someone.sessionToken).accounts.delete({ password });
    expect(await kept()).toEqual([]);
    expect((await signedIn.open((await stage.begin()).url.href)).text).toContain('name="password"');
  });
});

test("behind https all cookies are Secure, HttpOnly, SameSite=Lax and bound to the host, and addresses are the public ones", async () => {
  const app = await startTestApp({ worker: false, env: { PUBLIC_URL: "https://api.example.com" } });
  onTestFinished(() => app.close());
  const account = await app.signUp();
  const client = await app.client(account.sessionToken).oauthClients.create({
    name: "X",
    type: "public",
    redirect_uris: ["https://x.example.com/"],
    scopes: ["tracks:read"],
  });
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: "code",
    redirect_uri: "https://x.example.com/",
    scope: "tracks:read",
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
  });
  const started = await fetch(`${app.url}/oauth/authorize?${query}`, { redirect: "manual" });
  const interaction = started.headers.get("location") ?? "";
  const cookies = started.headers.getSetCookie();
  const page = await fetch(new URL(new URL(interaction, "https://api.example.com").pathname, app.url), {
    headers: { cookie: cookies.map((line) => line.split(";")[0]).join("; ") },
  });
  const all = [...cookies, ...page.headers.getSetCookie()];
  expect(all.length).toBeGreaterThan(3);
  for (const line of all) {
    expect(line).toMatch(/^__(Host|Secure)-musicverse_/);
    expect(line.toLowerCase()).toContain("; secure");
    expect(line.toLowerCase()).toContain("; httponly");
    expect(line.toLowerCase()).toContain("samesite=lax");
    if (line.startsWith("__Host-")) expect(line.toLowerCase()).toMatch(/path=\/;/);
  }
  expect(await (await fetch(`${app.url}/.well-known/oauth-authorization-server`)).json()).toMatchObject({
    issuer: "https://api.example.com",
    authorization_endpoint: "https://api.example.com/oauth/authorize",
  });
});

test("a wrong password is one sentence, whoever it is about; too many pause, and say so on the page", async () => {
  // Its own: failures count per address.
  const app = await startTestApp({ worker: false });
  onTestFinished(() => app.close());
  const person = await app.signUp();
  const stage = await registerApp(app, person);
  const browser = createBrowser(app.url);
  await browser.open((await stage.begin()).url.href);
  const wrong = await browser.submit({ action: "sign_in", email: person.email, password: "pw-canary-wrong" });
  expect(wrong.status).toBe(400);
  expect(plain(wrong)).toContain("E-mail or password is wrong.");
  expect(wrong.text).not.toContain("pw-canary-wrong");
  const unknown = await browser.submit({ action: "sign_in", email: "nobody@example.com", password: "pw-canary-wrong" });
  expect(plain(unknown).replace("nobody@example.com", person.email)).toBe(plain(wrong));
  let last = unknown;
  for (let index = 0; index < 12; index += 1)
    last = await browser.submit({ action: "sign_in", email: person.email, password: "pw-canary-wrong" });
  expect(last.status).toBe(429);
  expect(plain(last)).toContain("Too many failed attempts");
});
