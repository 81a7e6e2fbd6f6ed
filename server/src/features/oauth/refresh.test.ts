import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startProcess } from "../../../test-kit/process.ts";
import { createBrowser, type Browser } from "./browser.fixture.ts";
import { exchange, obtainCode, refresh, type RawAnswer } from "./token-endpoint.fixture.ts";
import { registerApp, type ThirdParty } from "./world.fixture.ts";

/** Refreshing is safe to repeat, and theft is noticed. (RFC 9700, 4.14) */
describe("refresh", () => {
  let app: TestApp;
  let maker: TestAccount;
  let person: TestAccount;
  let browser: Browser;
  let stage: ThirdParty;
  let aheadMs = 0;
  beforeAll(async () => {
    app = await startTestApp({ worker: false, clock: { now: () => new Date(Date.now() + aheadMs) } });
    [maker, person] = [await app.signUp({ tier: "enterprise" }), await app.signUp({ tier: "enterprise" })];
    stage = await registerApp(app, maker);
    browser = createBrowser(app.url);
  });
  afterAll(() => app?.close());

  const connect = async () => {
    const { code, verifier } = await obtainCode(stage, person, browser);
    return (await exchange(app, stage.client, code, verifier)).body as { access_token: string; refresh_token: string };
  };
  const status = async (key: unknown) => (await app.request("get", "/v1/tracks", { key: String(key) })).status;
  const rows = (sql: string) => app.services.db.asSystem("look in a test", (tx) => tx.query<{ count: number }>(sql));
  const newTokens = (answers: RawAnswer[]) =>
    new Set(answers.map(({ body }) => `${String(body["refresh_token"])} ${String(body["access_token"])}`));

  test("fifty refreshes with one token at once all get one and the same new pair, and the connection goes on", async () => {
    const { refresh_token: token } = await connect();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(app, stage.client, token)));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(newTokens(answers).size).toBe(1);
    const next = await refresh(app, stage.client, String(answers[0]?.body["refresh_token"]));
    expect(next.status).toBe(200);
    expect(await status(next.body["access_token"])).toBe(200);
  });

  test("a retry within 30 s gets the stored answer; the old token afterwards ends the whole connection", async () => {
    const { refresh_token: token } = await connect();
    const first = await refresh(app, stage.client, token);
    aheadMs += 29_000;
    expect(newTokens([first, await refresh(app, stage.client, token)]).size).toBe(1);
    expect(await status(first.body["access_token"])).toBe(200);
    aheadMs += 2_000;
    expect(await refresh(app, stage.client, token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    await expect.poll(() => status(first.body["access_token"]), { timeout: 1000 }).toBe(401);
    expect(await refresh(app, stage.client, String(first.body["refresh_token"]))).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    expect(
      (await app.client(person.sessionToken).events.list({ type: "app.authorization_revoked" })).data[0]?.data,
    ).toMatchObject({ reason: "refresh_token_reused" });
  });

  test("the stored answer is for the same question only, and cannot be read from the database", async () => {
    const stageAll = await registerApp(app, maker, { name: "All" });
    const { url, verifier } = await stageAll.begin({ scopes: ["profile:read", "tracks:read"] });
    await browser.open(url.href);
    const sent = await browser.submit({ action: "allow", account: "live" });
    const { body } = await exchange(app, stageAll.client, sent.url.searchParams.get("code") ?? "", verifier);
    const token = String(body["refresh_token"]);
    const first = await refresh(app, stageAll.client, token, { scope: "tracks:read" });
    expect(first.body["scope"]).toBe("tracks:read");
    expect(await refresh(app, stageAll.client, token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    expect(newTokens([first, await refresh(app, stageAll.client, token, { scope: "tracks:read" })]).size).toBe(1);
    const stored = JSON.stringify(await rows("select t.*, encode(t.hash, 'hex') from oauth_tokens t"));
    for (const secret of [token, first.body["refresh_token"], first.body["access_token"]])
      expect(stored).not.toContain(String(secret));
  });

  test("nothing that opens anything is in the tables or in the log", async () => {
    const { access_token: access, refresh_token: token } = await connect();
    const stored = JSON.stringify(
      await Promise.all(
        ["oauth_tokens", "oauth_browser_states", "oauth_clients"].map((table) =>
          rows(`select t::text from ${table} t`),
        ),
      ),
    );
    const secrets = [access, token, stage.client.client_secret ?? "", ...browser.cookies().values()];
    for (const secret of secrets) {
      expect(app.logged()).not.toContain(secret);
      // As text, and as the bytes that PostgreSQL prints in hexadecimal; a part of it would be too much.
      for (const part of [secret, secret.slice(-20)]) expect(stored).not.toContain(part);
      expect(stored).not.toContain(Buffer.from(secret.slice(-20)).toString("hex"));
    }
  });

  test("a refresh that fails for another reason consumes nothing", async () => {
    const { refresh_token: token } = await connect();
    expect(await refresh(app, stage.client, token, { resource: "https://elsewhere.example.com" })).toMatchObject({
      status: 400,
      body: { error: "invalid_target" },
    });
    expect((await refresh(app, stage.client, token)).status).toBe(200);
  });

  test("kill -9 between consuming and answering loses nothing: the retry gets the stored answer", async () => {
    // The other process has the real time.
    aheadMs = 0;
    const { refresh_token: token } = await connect();
    const doomed = await startProcess("api", { ...app.env, PUBLIC_URL: app.url });
    const [{ count: before } = { count: 0 }] = await rows(
      "select count(*)::int as count from oauth_tokens where consumed_at is not null",
    );
    const lost = refresh({ ...app, url: doomed.url }, stage.client, token).catch(() => null);
    await expect
      .poll(
        async () =>
          (await rows("select count(*)::int as count from oauth_tokens where consumed_at is not null"))[0]?.count,
        { interval: 1 },
      )
      .toBe(before + 1);
    await doomed.kill9();
    await lost;
    const [{ count: issued } = { count: 0 }] = await rows("select count(*)::int as count from oauth_tokens");
    const again = await refresh(app, stage.client, token);
    expect(again.status).toBe(200);
    expect((await rows("select count(*)::int as count from oauth_tokens"))[0]?.count).toBe(issued);
    expect(await status(again.body["access_token"])).toBe(200);
    expect((await refresh(app, stage.client, String(again.body["refresh_token"]))).status).toBe(200);
  });
});
