import { once } from "node:events";
import { connect as connectTo, type Socket } from "node:net";
import * as oauth from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { createBrowser, type Browser } from "./browser.fixture.ts";
import { exchange, obtainCode, post, refresh } from "./token-endpoint.fixture.ts";
import { callback, password, registerApp, type ThirdParty } from "./world.fixture.ts";

/** The attacks of RFC 9700 and their neighbours, each tried. */
describe("attacks on OAuth", () => {
  let app: TestApp;
  let maker: TestAccount;
  let person: TestAccount;
  let browser: Browser;
  let stage: ThirdParty;
  let rival: ThirdParty;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    [maker, person] = [await app.signUp({ tier: "enterprise" }), await app.signUp({ tier: "enterprise" })];
    [stage, rival] = [await registerApp(app, maker), await registerApp(app, maker, { name: "Rival" })];
    browser = createBrowser(app.url);
    await stage.connect(person, { browser });
  });
  afterAll(() => app?.close());

  const secretless = (client: { id: string }) => ({ id: client.id, client_secret: null });
  const status = async (key: string) => (await app.request("get", "/v1/tracks", { key })).status;
  /** The browser with a changed authorization request: where it ends. */
  const authorize = async (parameters: Record<string, string | null>, third = stage) => {
    const { url } = await third.begin();
    for (const [name, value] of Object.entries(parameters)) {
      url.searchParams.delete(name);
      if (value !== null) url.searchParams.set(name, value);
    }
    return browser.open(url.href);
  };
  const connect = async (third = stage) => {
    const { code, verifier } = await obtainCode(third, person, browser);
    return (await exchange(app, third.client, code, verifier)).body as { access_token: string; refresh_token: string };
  };

  test("code replay (4.2.4): the second exchange fails and ends the tokens of the first", async () => {
    const { code, verifier } = await obtainCode(stage, person, browser);
    const first = await exchange(app, stage.client, code, verifier);
    expect(await status(String(first.body["access_token"]))).toBe(200);
    expect(await exchange(app, stage.client, code, verifier)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    await expect.poll(() => status(String(first.body["access_token"])), { timeout: 1000 }).toBe(401);
    expect(await refresh(app, stage.client, String(first.body["refresh_token"]))).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    expect(
      (await app.client(person.sessionToken).events.list({ type: "app.authorization_revoked" })).data[0]?.data,
    ).toMatchObject({ reason: "code_reused" });
  });

  test("fifty exchanges of one code at once: at most one wins, and it wins nothing that lasts", async () => {
    const { code, verifier } = await obtainCode(stage, person, browser);
    const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(app, stage.client, code, verifier)));
    const won = answers.filter((answer) => answer.status === 200);
    expect(won.length).toBe(1);
    await expect.poll(() => status(String(won[0]?.body["access_token"])), { timeout: 1000 }).toBe(401);
  });

  test.each([
    ["another path", `${callback}/x`],
    ["another host", "https://evil.example/oauth/callback"],
    ["a subdomain", "https://x.songstage.example.com/oauth/callback"],
    ["a longer host", "https://songstage.example.com.evil.example/oauth/callback"],
    ["a user name that looks like the host", "https://songstage.example.com@evil.example/oauth/callback"],
    ["a query", `${callback}?next=https://evil.example`],
    ["a trailing slash", `${callback}/`],
    ["another case", callback.toUpperCase()],
    ["dot segments", "https://songstage.example.com/oauth/../oauth/callback"],
    ["an escape", callback.replace("callback", "callbac%6B")],
    ["http", callback.replace("https", "http")],
    ["a port", callback.replace(".com", ".com:8443")],
    ["a fragment", `${callback}#x`],
    ["javascript", "javascript:alert(1)"],
    ["a loopback", "http://127.0.0.1/oauth/callback"],
    ["nothing", null],
  ])("redirect URI (4.1) with %s: an error page, and the browser is sent nowhere", async (_name, uri) => {
    const page = await authorize({ redirect_uri: uri });
    expect(page).toMatchObject({ left: false, status: 400 });
    expect(page.text).toContain("This app cannot be connected");
  });

  test("open redirect (4.11): an error for an unknown client goes nowhere, whatever it names", async () => {
    for (const id of ["app_01kbq5s2h7e9dr0w5t1y4m8ncg", "nonsense", ""]) {
      const page = await authorize({ client_id: id, redirect_uri: "https://evil.example/" });
      expect(page).toMatchObject({ left: false, status: 400 });
      expect(page.text).not.toContain("evil.example");
    }
  });

  test("redirect URI at the token endpoint (4.5.3): must be the one of the request", async () => {
    const { code, verifier } = await obtainCode(stage, person, browser);
    expect(await exchange(app, stage.client, code, verifier, { redirect_uri: `${callback}/x` })).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  test.each([
    ["missing", { code_challenge: null, code_challenge_method: null }],
    ["plain", { code_challenge_method: "plain" }],
    ["of an unknown kind", { code_challenge_method: "S512" }],
    ["of no kind, which means plain", { code_challenge_method: null }],
    ["too short", { code_challenge: "x" }],
  ])("PKCE (4.8) %s: refused before anybody is asked", async (_name, parameters) => {
    const page = await authorize(parameters);
    expect(page.left).toBe(true);
    expect(page.url.searchParams.get("error")).toBe("invalid_request");
    expect(page.url.searchParams.has("code")).toBe(false);
  });

  test("PKCE downgrade (4.8.2): a code with a challenge is worth nothing without its verifier, or with another", async () => {
    const { code } = await obtainCode(stage, person, browser);
    for (const verifier of [oauth.randomPKCECodeVerifier(), ""]) {
      expect(await exchange(app, stage.client, code, verifier)).toMatchObject({
        status: 400,
        body: { error: expect.stringMatching(/invalid_(grant|request)/) },
      });
    }
    const without = await post(
      app,
      "/oauth/token",
      { grant_type: "authorization_code", code, redirect_uri: callback },
      stage.client,
    );
    expect(without).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  });

  test("mix-up (4.4): every answer names its issuer, and a client library checks it", async () => {
    const asked: Record<string, string>[] = [{}, { code_challenge_method: "plain" }];
    for (const parameters of asked) {
      const { url } = await authorize(parameters);
      expect(url.searchParams.get("iss")).toBe(app.url);
    }
    const { url, verifier, state } = await stage.begin();
    const sent = await browser.open(url.href);
    sent.url.searchParams.set("iss", "https://evil.example");
    await expect(
      oauth.authorizationCodeGrant(stage.config, sent.url, { pkceCodeVerifier: verifier, expectedState: state }),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('"iss"') } });
  });

  test("scope escalation at the authorization: what the client may not ask for is refused", async () => {
    for (const scope of [
      "tracks:read webhooks:write",
      "api_keys:write",
      "admin:write",
      "openid",
      "offline_access x",
      "*",
      "tracks:read\u0000",
    ]) {
      const page = await authorize({ scope });
      expect(page.url.searchParams.get("error"), scope).toBe("invalid_scope");
    }
    expect((await authorize({ scope: null })).url.searchParams.get("error")).toBe("invalid_scope");
  });

  test("scope escalation at the refresh: only fewer scopes, never more; fewer do not stick to the connection", async () => {
    const tokens = await connect();
    expect(await refresh(app, stage.client, tokens.refresh_token, { scope: "tracks:read tracks:write" })).toMatchObject(
      { status: 400, body: { error: "invalid_scope" } },
    );
    expect(await refresh(app, stage.client, tokens.refresh_token, { scope: "tracks:read" })).toMatchObject({
      status: 200,
      body: { scope: "tracks:read" },
    });
  });

  test("scope escalation at the API: a token never does what belongs to credentials and apps (not_for_apps)", async () => {
    const { access_token: key } = await connect();
    for (const [method, path] of [
      ["get", "/v1/api-keys"],
      ["get", "/v1/connected-apps"],
      ["get", "/v1/oauth/clients"],
      ["get", "/v1/admin/accounts"],
    ] as const) {
      expect(await app.request(method, path, { key })).toMatchObject({ status: 403, body: { code: "not_for_apps" } });
    }
    expect(await app.request("delete", "/v1/sessions/current", { key })).toMatchObject({
      status: 403,
      body: { code: "session_required" },
    });
    expect(await app.request("get", "/v1/webhooks", { key })).toMatchObject({
      status: 403,
      body: { code: "insufficient_scope", required_scope: "webhooks:read" },
    });
  });

  test("code of another client (4.5): is worth nothing to it", async () => {
    const { code, verifier } = await obtainCode(stage, person, browser);
    expect(await exchange(app, rival.client, code, verifier)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  test("tokens of another client: can be neither asked about nor revoked", async () => {
    const { access_token: token } = await connect();
    expect((await post(app, "/oauth/introspect", { token }, rival.client)).body).toEqual({ active: false });
    await post(app, "/oauth/revoke", { token }, rival.client);
    expect(await status(token)).toBe(200);
  });

  test("refresh token stolen by another client (4.14): it gets nothing, and the connection ends", async () => {
    const tokens = await connect();
    expect(await refresh(app, rival.client, tokens.refresh_token)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    await expect.poll(() => status(tokens.access_token), { timeout: 1000 }).toBe(401);
    expect(await refresh(app, stage.client, tokens.refresh_token)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  test("client impersonation: no secret, a wrong one, or another way in is 401", async () => {
    const { code, verifier } = await obtainCode(stage, person, browser);
    const wrong = { ...stage.client, client_secret: `${stage.client.client_secret}x` };
    for (const client of [
      secretless(stage.client),
      wrong,
      { ...stage.client, client_secret: rival.client.client_secret },
    ]) {
      const answer = await exchange(app, client as typeof wrong, code, verifier);
      expect(answer, JSON.stringify(client)).toMatchObject({ status: 401, body: { error: "invalid_client" } });
    }
    for (const path of ["/oauth/introspect", "/oauth/revoke"])
      expect((await post(app, path, { token: "x" }, secretless(stage.client))).status).toBe(401);
  });

  test("other grants and answers than ours do not exist: implicit, password, client credentials, hybrid, form_post, fragment", async () => {
    for (const grant of [
      "password",
      "client_credentials",
      "implicit",
      "urn:ietf:params:oauth:grant-type:device_code",
      "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ]) {
      const answer = await post(
        app,
        "/oauth/token",
        { grant_type: grant, username: person.email, password, scope: "tracks:read" },
        stage.client,
      );
      expect(answer, grant).toMatchObject({
        status: 400,
        body: { error: expect.stringMatching(/unsupported_grant_type|invalid_request/) },
      });
    }
    for (const type of ["token", "id_token", "code id_token", "code token", "none"]) {
      const { url } = await authorize({ response_type: type });
      expect(url.href, type).toMatch(/error=(unsupported_response_type|invalid_request)/);
      expect(url.href, type).not.toMatch(/[?&#](code|access_token|id_token)=/);
    }
    for (const mode of ["form_post", "fragment", "web_message", "jwt"]) {
      const page = await authorize({ response_mode: mode });
      expect(page.url.href + page.text, mode).not.toMatch(/[?&#"]code[="]/);
    }
  });

  test("request objects (JAR) and request URIs that were not pushed are refused", async () => {
    expect((await authorize({ request: "eyJhbGciOiJub25lIn0.e30." })).url.searchParams.get("error")).toBe(
      "request_not_supported",
    );
    for (const uri of ["https://evil.example/request.jwt", "urn:ietf:params:oauth:request_uri:made-up"]) {
      const page = await authorize({ request_uri: uri });
      expect(page.url.searchParams.get("code")).toBeNull();
    }
  });

  test("parameters that come twice are refused, at both endpoints", async () => {
    const { url } = await stage.begin();
    for (const name of ["scope", "state", "client_id", "code_challenge", "response_type"]) {
      const page = await browser.open(`${url.href}&${name}=${encodeURIComponent(url.searchParams.get(name) ?? "x")}`);
      expect(page.url.searchParams.get("code"), name).toBeNull();
    }
    const { code, verifier } = await obtainCode(stage, person, browser);
    const twice: [string, string][] = [
      ["grant_type", "authorization_code"],
      ["code", "x"],
      ["code", code],
      ["code_verifier", verifier],
      ["redirect_uri", callback],
    ];
    expect(await post(app, "/oauth/token", twice, stage.client)).toMatchObject({
      status: 400,
      body: { error: "invalid_request" },
    });
  });

  test("a made-up Host or X-Forwarded-Host changes no address that is given out", async () => {
    const headers = {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      forwarded: "host=evil.example",
    };
    const metadata = await (await fetch(`${app.url}/.well-known/oauth-authorization-server`, { headers })).text();
    expect(metadata).not.toContain("evil.example");
    expect(JSON.parse(metadata)).toMatchObject({
      issuer: app.url,
      token_endpoint: `${app.url}/oauth/token`,
      code_challenge_methods_supported: ["S256"],
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code", "refresh_token"],
    });
    const { url } = await stage.begin();
    const answer = await fetch(url, { redirect: "manual", headers });
    expect(new URL(answer.headers.get("location") ?? "", app.url).origin).toBe(app.url);
  });

  test("callers who send their token request byte by byte hold up nobody else", async () => {
    const { hostname, port } = new URL(app.url);
    const head =
      "POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\ngrant_type=";
    const sockets = Array.from({ length: 30 }, () =>
      connectTo(Number(port), hostname, function send(this: Socket) {
        this.write(head);
      }),
    );
    try {
      await Promise.all(sockets.map((socket) => once(socket, "connect")));
      // Behind all of theirs on this server, so they have been taken by now.
      expect(
        (await post(app, "/oauth/token", { grant_type: "refresh_token", refresh_token: "x" }, stage.client)).status,
      ).toBe(400);
      expect((await exchange(app, stage.client, "x", "x")).status).toBe(400);
      expect(await status(person.sessionToken)).toBe(200);
    } finally {
      for (const socket of sockets) socket.resume().end("x".repeat(1000 - "grant_type=".length));
    }
  }, 9_000);

  test("huge and broken inputs are refused without harm", async () => {
    const huge = "x".repeat(1_000_000);
    expect(
      (await post(app, "/oauth/token", { grant_type: "refresh_token", refresh_token: huge }, stage.client)).status,
    ).toBe(400);
    expect((await post(app, "/oauth/introspect", { token: "\u0000\ud800" }, stage.client)).status).toBeLessThan(500);
    const tooLong = await fetch(`${app.url}/oauth/authorize?client_id=${huge.slice(0, 20_000)}`).then(
      ({ status: code }) => code,
    );
    expect(tooLong).toBe(431);
    const json = await fetch(`${app.url}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(json.status).toBe(400);
  });

  test("made-up and changed tokens open nothing, and cost no look into the database", async () => {
    const { access_token: token } = await connect();
    for (const changed of [
      token.slice(0, -1),
      `${token}x`,
      token.replace("amv_oauth_", "amv_refresh_"),
      token.toLowerCase(),
      `amv_oauth_${"0".repeat(49)}`,
    ])
      expect(await status(changed), changed).toBe(401);
  });

  test("a pushed request (RFC 9126) works once, for the client that pushed it", async () => {
    const { url } = await stage.begin();
    const pushed = await post(app, "/oauth/par", Object.fromEntries(url.searchParams), stage.client);
    expect(pushed.status).toBe(201);
    const uri = String(pushed.body["request_uri"]);
    const open = (id: string) =>
      browser.open(`${app.url}/oauth/authorize?${new URLSearchParams({ client_id: id, request_uri: uri })}`);
    expect((await open(rival.client.id)).url.searchParams.get("code")).toBeNull();
    expect((await open(stage.client.id)).url.searchParams.get("code")).not.toBeNull();
    expect((await open(stage.client.id)).url.searchParams.get("code")).toBeNull();
  });
});
