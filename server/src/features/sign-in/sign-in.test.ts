import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { forgetSignIns } from "./index.ts";
import { appPage, signInEnv, visitor } from "./sign-in.fixture.ts";

describe("signing in with Spotify", () => {
  let app: TestApp;
  let go: ReturnType<typeof visitor>;
  beforeAll(async () => {
    app = await startTestApp({ env: signInEnv });
    go = visitor(app);
  });
  afterAll(() => app?.close());

  const profileOf = (key: string, headers = {}) => app.request("get", "/v1/profile", { key, headers });
  const tokenOf = (answer: { body: Record<string, unknown> }) => String(answer.body["token"]);

  test("the first time makes an account with its sandbox, later times sign in to it", async () => {
    const first = await go.signIn("ada@example.com");
    expect(first.status, first.text).toBe(201);
    const profile = await profileOf(tokenOf(first));
    expect(profile.body).toMatchObject({ email: "ada@example.com", email_verified: false, name: "ada", mode: "live" });
    expect((await profileOf(tokenOf(first), { "MusicVerse-Mode": "test" })).body).toMatchObject({ mode: "test" });
    const again = await go.signIn("ada@example.com");
    expect(again.body["account_id"]).toBe(first.body["account_id"]);
    expect((await go.signIn("eve@example.com")).body["account_id"]).not.toBe(first.body["account_id"]);
  });

  test("two first sign-ins of one person at once make one account", async () => {
    const answers = await Promise.all([
      go.signIn("twice@example.com"),
      go.signIn("twice@example.com"),
      go.signIn("twice@example.com"),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body["account_id"])).size).toBe(1);
  });

  test("an account that has the address is not taken over; its owner links Spotify, signs in with it, and unlinks it", async () => {
    const owner = await app.signUp();
    expect(await go.signIn(owner.email)).toMatchObject({ status: 409, body: { code: "identity_not_linked" } });
    expect(await app.request("get", "/v1/profile/spotify", { key: owner.sessionToken })).toMatchObject({ status: 404 });

    const begun = await go.begin();
    const linked = await go.link(owner.sessionToken, { ...begun, code: await go.codeFor(begun, owner.email) });
    expect(linked).toMatchObject({ status: 200, body: { object: "spotify_link" } });
    expect((await app.request("get", "/v1/profile/spotify", { key: owner.sessionToken })).body).toEqual(linked.body);
    expect((await go.signIn(owner.email)).body["account_id"]).toBe(owner.liveId);

    expect(
      (
        await app.request("delete", "/v1/profile/spotify", {
          key: owner.sessionToken,
          headers: { "MusicVerse-Mode": "test" },
        })
      ).status,
    ).toBe(204);
    expect(await app.request("delete", "/v1/profile/spotify", { key: owner.sessionToken })).toMatchObject({
      status: 404,
    });
    expect(await go.signIn(owner.email)).toMatchObject({ status: 409, body: { code: "identity_not_linked" } });
  });

  test("an identity belongs to one account, and an account has one of a provider", async () => {
    const [mine, theirs] = [await app.signUp(), await app.signUp()];
    const linkAs = async (key: string, login: string) => {
      const begun = await go.begin();
      return go.link(key, { ...begun, code: await go.codeFor(begun, login) });
    };
    expect((await linkAs(mine.sessionToken, "shared@example.com")).status).toBe(200);
    expect(await linkAs(theirs.sessionToken, "shared@example.com")).toMatchObject({
      status: 409,
      body: { code: "identity_taken" },
    });
    expect(await linkAs(mine.sessionToken, "second@example.com")).toMatchObject({
      status: 409,
      body: { code: "identity_taken" },
    });
  });

  test("who has no password cannot unlink the only way in", async () => {
    const key = tokenOf(await go.signIn("only@example.com"));
    expect(await app.request("delete", "/v1/profile/spotify", { key })).toMatchObject({
      status: 409,
      body: { code: "last_sign_in" },
    });
    expect((await go.signIn("only@example.com")).status).toBe(201);
    const byPassword = { email: "only@example.com", password: "pw-canary-none-is-set" };
    expect(await app.request("post", "/v1/sessions", { body: byPassword })).toMatchObject({
      status: 401,
      body: { code: "invalid_login" },
    });
  });

  test("links are for sessions: API keys cannot make, read or end them", async () => {
    const { liveKey } = await app.signUp();
    for (const method of ["get", "delete"])
      expect((await app.request(method, "/v1/profile/spotify", { key: liveKey })).status).toBe(403);
    expect((await go.link(liveKey, { id: "sgn_x", secret: "x", code: "x" })).status).toBe(403);
  });

  test("who refuses comes back to the app, which learns no more than that", async () => {
    const begun = await go.begin();
    const { back } = await go.follow(await go.decide(begun, "ada@example.com", "deny"));
    expect(back?.href).toBe(`${appPage}?sign_in_id=${begun.id}&error=access_denied`);
  });

  test("a native app may listen on any port of loopback", async () => {
    const begun = await go.begin("http://127.0.0.1:51234/native");
    expect((await go.follow(await go.decide(begun, "native@example.com"))).back?.host).toBe("127.0.0.1:51234");
  });

  test("Spotify in trouble is told as such, and the next sign-in works", async () => {
    const plain = await startTestApp({
      env: { ...signInEnv, PLUGINS: "spotify", SPOTIFY_SIMULATOR_URL: "http://127.0.0.1:9" },
      worker: false,
    });
    const go = visitor(plain);
    const comeBack = async () => {
      const begun = await go.begin();
      await plain.services.db.asSystem("a test comes back", (tx) =>
        tx.query(
          "update sign_ins set returned_at = now(), provider_code = $1, code_hash = sha256('half') where id = $2",
          [
            plain.services.keyRing.encrypt("code", `sign_ins|${decodeId("sgn", begun.id)}|provider_code`),
            decodeId("sgn", begun.id),
          ],
        ),
      );
      return { ...begun, code: "half" };
    };
    const { sessionToken } = await plain.signUp();
    for (const answer of [await go.finish(await comeBack()), await go.link(sessionToken, await comeBack())]) {
      expect(answer).toMatchObject({ status: 503, body: { code: "plugin_unavailable" } });
      expect(answer.headers["retry-after"]).toBe("60");
    }
    await plain.close();
  });

  test("without keys, and without the simulator's permission, sign-in says what it needs", async () => {
    const bare = await startTestApp({ env: { SIGN_IN_REDIRECT_URIS: appPage }, worker: false });
    const answer = await bare.request("post", "/v1/sessions/spotify", { body: { redirect_uri: appPage } });
    expect(answer).toMatchObject({
      status: 503,
      body: { code: "plugin_unavailable", detail: expect.stringContaining("SPOTIFY_CLIENT_ID") },
    });
    await bare.close();
  });

  test("with keys the browser is sent to Spotify itself, with a challenge and our callback", async () => {
    const env = {
      ...signInEnv,
      SPOTIFY_CLIENT_ID: "0123456789abcdef0123456789abcdef",
      SPOTIFY_CLIENT_SECRET: "fedcba9876543210fedcba9876543210",
      PUBLIC_URL: "https://api.example.com",
    };
    const live = await startTestApp({ env, worker: false });
    const url = new URL((await visitor(live).begin()).authorization_url);
    expect(url.origin + url.pathname).toBe("https://accounts.spotify.com/authorize");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: "code",
      client_id: env.SPOTIFY_CLIENT_ID,
      redirect_uri: "https://api.example.com/sign-in/spotify/callback",
      scope: "user-read-email",
      code_challenge_method: "S256",
      state: expect.stringMatching(/^[0-9A-Za-z]{43}$/),
    });
    await live.close();
  });

  test("expired sign-ins are forgotten", async () => {
    await go.begin();
    const rows = (text: string) => app.services.db.asSystem("a test looks", (tx) => tx.query(text));
    await rows("update sign_ins set expires_at = now() - interval '1 second'");
    await forgetSignIns(app.services);
    expect(await rows("select 1 from sign_ins")).toEqual([]);
  });
});
