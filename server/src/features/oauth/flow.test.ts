import * as oauth from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { createBrowser } from "./browser.fixture.ts";
import { registerApp, thirdParty, type ThirdParty } from "./world.fixture.ts";

describe("an app of somebody else, by an independent client library", () => {
  let app: TestApp;
  let maker: TestAccount;
  let person: TestAccount;
  let stage: ThirdParty;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    [maker, person] = [await app.signUp(), await app.signUp({ tier: "enterprise" })];
    stage = await registerApp(app, maker);
  });
  afterAll(() => app?.close());

  test("connects, calls the API, refreshes, asks about its token and gives it back", async () => {
    const tokens = await stage.connect(person, { scopes: ["profile:read", "tracks:read"] });
    expect(tokens).toMatchObject({ token_type: "bearer", scope: "profile:read tracks:read", expires_in: 3600 });
    expect(tokens.access_token).toMatch(/^amv_oauth_[0-9A-Za-z]{49}$/);
    expect(tokens.refresh_token).toMatch(/^amv_refresh_[0-9A-Za-z]{49}$/);
    const api = app.client(tokens.access_token);
    expect((await api.accounts.getProfile()).id).toBe(person.liveId);
    expect((await api.tracks.list()).data).toEqual([]);

    const fresh = await oauth.refreshTokenGrant(stage.config, tokens.refresh_token);
    expect(fresh.refresh_token).not.toBe(tokens.refresh_token);
    expect((await app.client(fresh.access_token).accounts.getProfile()).email).toBe(person.email);

    const facts = await oauth.tokenIntrospection(stage.config, fresh.access_token);
    expect(facts).toMatchObject({
      active: true,
      client_id: stage.client.id,
      scope: "profile:read tracks:read",
      account_id: person.liveId,
      mode: "live",
      aud: "urn:musicverse:api",
    });

    await oauth.tokenRevocation(stage.config, fresh.refresh_token ?? "");
    expect(await oauth.tokenIntrospection(stage.config, fresh.access_token)).toEqual({ active: false });
    for (const key of [tokens.access_token, fresh.access_token]) {
      await expect
        .poll(async () => (await app.request("get", "/v1/tracks", { key })).status, { timeout: 1000 })
        .toBe(401);
    }
  });

  test("a public client works by PKCE alone, from a loopback address on any port, and is asked about each time", async () => {
    const browser = createBrowser(app.url);
    await stage.connect(person, { browser });
    const client = await app.client(maker.sessionToken).oauthClients.create({
      name: "Desk",
      type: "public",
      redirect_uris: ["http://127.0.0.1/callback"],
      scopes: ["tracks:read"],
    });
    const desk = await thirdParty(app, client);
    for (let round = 0; round < 2; round += 1) {
      const { url, verifier, state } = await desk.begin();
      url.searchParams.set("redirect_uri", `http://127.0.0.1:${5000 + round}/callback`);
      expect((await browser.open(url.href)).text).toContain("Allow Desk?");
      const sent = await browser.submit({ action: "allow", account: "live" });
      expect(sent.url.port).toBe(String(5000 + round));
      const tokens = await oauth.authorizationCodeGrant(desk.config, sent.url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
      });
      expect((await app.request("get", "/v1/tracks", { key: tokens.access_token })).status).toBe(200);
    }
  });
});
