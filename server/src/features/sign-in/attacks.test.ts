import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { startMailServer, type MailServer } from "../../../test-kit/mail-server.ts";
import { appPage, signInEnv, visitor, type Begun } from "./sign-in.fixture.ts";

/** What people try with a sign-in that goes over three parties. */
describe("attacks on signing in with Spotify", () => {
  let app: TestApp;
  let go: ReturnType<typeof visitor>;
  let mail: MailServer;
  beforeAll(async () => {
    mail = await startMailServer();
    app = await startTestApp({ env: { ...signInEnv, SMTP_URL: mail.url } });
    go = visitor(app);
  });
  afterAll(async () => {
    await app?.close();
    await mail?.close();
  });

  const rejected = { status: 401, body: { code: "sign_in_rejected" } };
  const callback = (query: string) => go.follow(`${app.url}/sign-in/spotify/callback${query}`);

  test.for([
    "",
    "?code=x",
    "?state=",
    "?code=x&state=",
    `?code=x&state=${"A".repeat(43)}`,
    `?code=x&state=${"A".repeat(5000)}`,
  ])("a return with a missing or made-up state leads nowhere: %s", async (query) => {
    const { status, back, headers } = await callback(query);
    expect([status, back]).toEqual([401, null]);
    expect(headers.get("content-type")).toContain("text/html");
  });

  test("a state twice in one address is none", async () => {
    const address = await go.decide(await go.begin(), "ada@example.com");
    const state = new URL(address).searchParams.get("state") ?? "";
    expect((await go.follow(`${address}&state=${state}`)).back).toBeNull();
  });

  test("a state works once: the address of a return is worth nothing afterwards", async () => {
    const address = await go.decide(await go.begin(), "ada@example.com");
    expect((await go.follow(address)).status).toBe(303);
    expect(await go.follow(address)).toMatchObject({ status: 401, back: null });
  });

  test("a state works for ten minutes", async () => {
    const address = await go.decide(await go.begin(), "ada@example.com");
    await app.services.db.asSystem("a test waits", (tx) => tx.query("update sign_ins set expires_at = now()"));
    expect((await go.follow(address)).back).toBeNull();
  });

  test("login CSRF: with the attacker's code in its address, the victim's app signs nobody in", async () => {
    const [attacker, victim] = [await go.begin(), await go.begin()];
    const code = await go.codeFor(attacker, "attacker@example.com");
    expect(await go.finish({ ...victim, code })).toMatchObject(rejected);
    expect(await go.finish({ id: attacker.id, secret: victim.secret, code })).toMatchObject(rejected);
  });

  test("another browser: who began it cannot finish what the victim agreed to in their own", async () => {
    const attacker = await go.begin();
    const { back } = await go.follow(await go.decide(attacker, "victim@example.com"));
    expect(back?.origin).toBe(new URL(appPage).origin);
    for (const code of ["", "x", attacker.secret, "A".repeat(43)])
      expect((await go.finish({ ...attacker, code })).status).toBe(401);
  });

  test("code injection: Spotify's own code, and one that was obtained in another sign-in, are refused", async () => {
    const begun = await go.begin();
    const address = new URL(await go.decide(begun, "ada@example.com"));
    expect(await go.finish({ ...begun, code: address.searchParams.get("code") ?? "" })).toMatchObject(rejected);

    const [stolen, own] = [await go.begin(), await go.begin()];
    const stolenCode = new URL(await go.decide(stolen, "victim@example.com")).searchParams.get("code") ?? "";
    const injected = new URL(await go.decide(own, "attacker@example.com"));
    injected.searchParams.set("code", stolenCode);
    const { back } = await go.follow(injected.href);
    // Our half is good, but Spotify's code belongs to another challenge. (RFC 9700, 2.1.1)
    expect(await go.finish({ ...own, code: back?.searchParams.get("code") ?? "" })).toMatchObject(rejected);
  });

  test("both halves work once, also when they are sent many times at once", async () => {
    const begun = await go.begin();
    const halves = { ...begun, code: await go.codeFor(begun, "once@example.com") };
    const answers = await Promise.all(Array.from({ length: 20 }, () => go.finish(halves)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 19 }, () => 401),
    ]);
  });

  test("every refusal is the same, whatever was wrong", async () => {
    const fresh = await startTestApp({ env: signInEnv, worker: false });
    const other = visitor(fresh);
    const begun = await other.begin();
    const code = await other.codeFor(begun, "ada@example.com");
    const tries: (Pick<Begun, "id" | "secret"> & { code: string })[] = [
      { ...begun, code: `${code.slice(0, -1)}_` },
      { ...begun, secret: "x", code },
      { ...begun, id: "sgn_01kbq603n1e4pt7z9w5v2d8cry", code },
      { ...begun, id: "nonsense", code },
    ];
    const answers = await Promise.all(tries.map((halves) => other.finish(halves)));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify({ status, ...body, request_id: null }))).size).toBe(
      1,
    );
    expect((await other.finish({ ...begun, code })).status).toBe(201);
    await fresh.close();
  });

  test.for([
    "https://evil.example/",
    "https://app.example.com.evil.example/signed-in",
    "https://app.example.com@evil.example/signed-in",
    "https://evil.example\\@app.example.com/signed-in",
    "https://app.example.com/signed-in/../elsewhere",
    "https://app.example.com/signed-in?x=1",
    "https://app.example.com/elsewhere",
    "http://app.example.com/signed-in",
    "//app.example.com/signed-in",
    "javascript:alert(1)",
    "https://app.example.com/signed-in#x",
    "https://app.example.com:8443/signed-in",
    "http://127.0.0.1:1/elsewhere",
    "http://localhost/native",
    "https://APP.example.com/signed-in",
    " https://app.example.com/signed-in",
    "https://app.example.com/signed-in\t",
  ])("open redirect: %s is not taken as a page of the app", async (redirectUri) => {
    const headers = { "X-Forwarded-For": `192.0.2.${Math.floor(Math.random() * 250)}` };
    const answer = await app.request("post", "/v1/sessions/spotify", { headers, body: { redirect_uri: redirectUri } });
    expect(answer).toMatchObject({ status: 400, body: { code: "validation_failed" } });
  });

  test("neither tokens nor Spotify's codes stand in any address, and none of it stands readable in the database or a log", async () => {
    const begun = await go.begin();
    const address = await go.decide(begun, "quiet@example.com");
    const { back, headers } = await go.follow(address);
    const providerCode = new URL(address).searchParams.get("code") ?? "";
    expect(back?.href).not.toContain(providerCode);
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    const code = back?.searchParams.get("code") ?? "";
    const session = await go.finish({ ...begun, code });
    const state = new URL(begun.authorization_url).searchParams.get("state") ?? "";
    const rows = await app.services.db.asSystem("a test looks", (tx) => tx.query("select * from sign_ins"));
    const shown = JSON.stringify(rows) + app.logged();
    for (const secret of [providerCode, code, begun.secret, state, String(session.body["token"])])
      expect(shown).not.toContain(secret);
  });

  test("guessing is throttled like bad keys", async () => {
    const begun = await go.begin();
    const guesser = visitor(app, { ip: "198.51.100.7" });
    const statuses: number[] = [];
    for (let index = 0; index < 22; index += 1)
      statuses.push((await guesser.finish({ ...begun, code: `guess-${index}` })).status);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401));
    expect(statuses.slice(20)).toEqual([429, 429]);
  });

  test("pre-hijacking: who resets the password of an address that nobody had proven throws out what was linked before", async () => {
    const squatter = await go.signIn("owner-to-be@example.com");
    expect(squatter.status).toBe(201);
    const email = "owner-to-be@example.com";
    expect((await app.request("post", "/v1/password-resets", { body: { email } })).status).toBe(202);
    await mail.next(email);
    const token = /reset-password\?token=(\w+)/.exec((await mail.next(email)).text)?.[1];
    expect(
      (
        await app.request("post", "/v1/password-resets/confirm", {
          body: { token, password: "pw-canary-of-the-owner" },
        })
      ).status,
    ).toBe(204);
    expect(await go.signIn("owner-to-be@example.com")).toMatchObject({
      status: 409,
      body: { code: "identity_not_linked" },
    });
  });
});
