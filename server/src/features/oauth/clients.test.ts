import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { createBrowser } from "./browser.fixture.ts";
import { forgetExpiredOauth } from "./maintenance.ts";
import { post, refresh } from "./token-endpoint.fixture.ts";
import { callback, registerApp, thirdParty } from "./world.fixture.ts";

describe("OAuth clients", () => {
  let app: TestApp;
  let maker: TestAccount;
  let aheadMs = 0;
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  beforeAll(async () => {
    app = await startTestApp({ worker: false, clock });
    maker = await app.signUp({ tier: "enterprise" });
  });
  afterAll(() => app?.close());

  const clients = () => app.client(maker.sessionToken).oauthClients;
  const fields = {
    name: "Song Stage",
    type: "confidential" as const,
    redirect_uris: [callback],
    scopes: ["tracks:read" as const],
  };
  const create = (more: object) =>
    app.request("post", "/v1/oauth/clients", { key: maker.liveKey, body: { ...fields, ...more } });

  test.each([
    ["http on the network", ["http://app.example.com/callback"], "scheme_not_allowed"],
    ["a fragment", [`${callback}#x`], "fragment_not_allowed"],
    ["an empty fragment", [`${callback}#`], "fragment_not_allowed"],
    ["a wildcard", ["https://*.example.com/callback"], "wildcard_not_allowed"],
    ["a user name", ["https://a:b@example.com/"], "credentials_not_allowed"],
    ["an empty user name", ["https://@example.com/"], "credentials_not_allowed"],
    ["dot segments", ["https://example.com/a/../b"], "dot_segments_not_allowed"],
    ["escaped dot segments", ["https://example.com/a/%2e%2e/b"], "dot_segments_not_allowed"],
    ["a backslash", ["https://example.com\\@evil.example/"], "malformed_url"],
    ["a blank", ["https://example.com/a b"], "malformed_url"],
    ["letters that are not ASCII", ["https://exämple.com/"], "malformed_url"],
    ["a semicolon in the host", ["https://a;script-src.example.com/"], "host_not_allowed"],
    ["a comma in the host", ["https://a,b.example.com/"], "host_not_allowed"],
    ["a quote in the host", ["https://'self'.example.com/"], "host_not_allowed"],
    ["an escaped semicolon in the host", ["https://a%3bb.example.com/"], "host_not_allowed"],
    ["no host", ["https:callback"], "malformed_url"],
    ["no scheme", ["/callback"], "malformed_url"],
    ["javascript", ["javascript:alert(1)"], "scheme_not_allowed"],
    ["data", ["data:text/html,x"], "scheme_not_allowed"],
    ["a scheme of its own, with a server", ["com.example.app:/callback"], "scheme_not_allowed"],
  ])("refuse a redirect URI with %s, naming the place", async (_name, redirectUris, code) => {
    const answer = await create({ redirect_uris: [callback, ...redirectUris] });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: "validation_failed", errors: [{ path: "/body/redirect_uris/1", code }] },
    });
  });

  test("of apps on devices may use loopback addresses and a scheme with a dot, but no scheme without one", async () => {
    const onDevice = {
      type: "public",
      redirect_uris: [
        "http://127.0.0.1/cb",
        "http://[::1]/cb",
        "http://localhost/cb",
        "com.example.app:/callback",
        callback,
      ],
    };
    expect((await create(onDevice)).body).toMatchObject({ type: "public", client_secret: null, secret_hint: null });
    expect(await create({ type: "public", redirect_uris: ["myapp:/callback"] })).toMatchObject({ status: 400 });
  });

  test("may not ask for scopes about credentials, nor have a logo in a private network or a homepage without https", async () => {
    expect(await create({ scopes: ["tracks:read", "api_keys:write"] })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/scopes/1", code: "scope_not_for_apps" }] },
    });
    expect(await create({ logo_uri: "https://10.0.0.1/logo.png" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/logo_uri" }] },
    });
    expect(await create({ homepage: "javascript:alert(1)" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/homepage" }] },
    });
    expect(await create({ surprise: 1 })).toMatchObject({ status: 400, body: { code: "validation_failed" } });
  });

  test("show their secret once, keep only its hash, and say its last four characters", async () => {
    const made = await clients().create(fields);
    expect(made.secret_hint).toBe(`amv_client_...${made.client_secret?.slice(-4)}`);
    expect(JSON.stringify(await clients().get(made.id))).not.toContain(made.client_secret);
    expect(await clients().get(made.id)).not.toHaveProperty("client_secret");
    const stored = await app.services.db.asSystem("look in a test", (tx) =>
      tx.query("select *, encode(secret_hash, 'escape') from oauth_clients"),
    );
    expect(JSON.stringify(stored)).not.toContain(made.client_secret);
    expect(app.logged()).not.toContain(made.client_secret);
  });

  test("change what is sent and clear what is null; names are what the consent page shows", async () => {
    const made = await clients().create({ ...fields, homepage: "https://songstage.example.com" });
    const changed = await clients().update(made.id, { name: " Stage ", homepage: null });
    expect(changed).toMatchObject({
      name: "Stage",
      homepage: null,
      redirect_uris: [callback],
      scopes: ["tracks:read"],
    });
    await expect(clients().update(made.id, { redirect_uris: ["http://evil.example/"] })).rejects.toMatchObject({
      status: 400,
    });
  });

  test("rotate their secret with an overlap, or at once; public ones have none (public_client)", async () => {
    const made = await clients().create(fields);
    const works = async (secret: string | null) =>
      (await post(app, "/oauth/introspect", { token: "x" }, { id: made.id, client_secret: secret })).status === 200;
    const second = await clients().rotateSecret(made.id, { overlap_seconds: 60 });
    expect([await works(made.client_secret), await works(second.client_secret)]).toEqual([true, true]);
    aheadMs += 61_000;
    expect([await works(made.client_secret), await works(second.client_secret)]).toEqual([false, true]);
    const third = await clients().rotateSecret(made.id, { overlap_seconds: 0 });
    expect([await works(second.client_secret), await works(third.client_secret)]).toEqual([false, true]);
    const open = await clients().create({ ...fields, type: "public" });
    await expect(clients().rotateSecret(open.id, {})).rejects.toMatchObject({ status: 409, code: "public_client" });
  });

  test("are listed page by page, newest first, per mode; a repeated request creates one", async () => {
    const other = await app.signUp({ tier: "enterprise" });
    const api = app.client(other.sessionToken).oauthClients;
    const [first, again] = [
      await api.create(fields, { idempotencyKey: "once-only" }),
      await api.create(fields, { idempotencyKey: "once-only" }),
    ];
    expect(again.client_secret).toBe(first.client_secret);
    const second = await api.create(fields);
    const walked: string[] = [];
    for await (const { id } of api.list({ limit: 1 })) walked.push(id);
    expect(walked).toEqual([second.id, first.id]);
    expect((await other.test.oauthClients.list()).data).toEqual([]);
  });

  test("are at most fifty per account (oauth_client_limit_reached), also when many are made at once", async () => {
    const other = await app.signUp({ tier: "enterprise" });
    const made = await Promise.all(
      Array.from({ length: 53 }, () => app.request("post", "/v1/oauth/clients", { key: other.liveKey, body: fields })),
    );
    const statuses = made.map(({ status }) => status);
    expect([
      statuses.filter((status) => status === 201).length,
      statuses.filter((status) => status === 409).length,
    ]).toEqual([50, 3]);
  });

  test("that were rotated while connected keep their connections", async () => {
    const made = await clients().create(fields);
    const tokens = await (await thirdParty(app, made)).connect(maker);
    const rotated = await clients().rotateSecret(made.id, { overlap_seconds: 0 });
    expect((await refresh(app, rotated, tokens.refresh_token)).status).toBe(200);
  });

  test("expired rows go: tokens, answers, browsers' states, grants; what is alive stays", async () => {
    const stage = await registerApp(app, maker);
    const browser = createBrowser(app.url);
    const tokens = await stage.connect(maker, { browser });
    const fresh = await refresh(app, stage.client, tokens.refresh_token);
    const count = async (table: string) =>
      (
        await app.services.db.asSystem("look in a test", (tx) =>
          tx.query<{ n: number }>(`select count(*)::int as n from ${table}`),
        )
      )[0]?.n ?? -1;
    const { emit } = { emit: () => Promise.reject(new Error("nothing to tell")) };
    await forgetExpiredOauth({ db: app.services.db, clock, emit });
    const before = await count("oauth_tokens");
    aheadMs += 2 * 3_600_000;
    await forgetExpiredOauth({ db: app.services.db, clock, emit });
    expect(await count("oauth_tokens")).toBeLessThan(before);
    expect(await count("oauth_tokens where answer is not null")).toBe(0);
    expect((await refresh(app, stage.client, String(fresh.body["refresh_token"]))).status).toBe(200);
    aheadMs += 366 * 86_400_000;
    await forgetExpiredOauth({ db: app.services.db, clock, emit });
    for (const table of ["oauth_tokens", "oauth_grants", "oauth_browser_states"])
      expect(await count(table), table).toBe(0);
  });
});
