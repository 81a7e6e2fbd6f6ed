import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startProcess } from "../../../test-kit/process.ts";
import { createBrowser } from "./browser.fixture.ts";
import { startFront, type Front } from "./front.fixture.ts";
import { post, refresh } from "./token-endpoint.fixture.ts";
import { password, registerApp, type ThirdParty } from "./world.fixture.ts";

/** Master keys rotate while people connect apps: nobody notices while the old key is in the ring, and nothing fails later. */
describe("rotating master keys", () => {
  let front: Front;
  let app: TestApp;
  let person: TestAccount;
  let stage: ThirdParty;
  beforeAll(async () => {
    front = await startFront();
    app = await startTestApp({ worker: false, env: { PUBLIC_URL: front.url } });
    await front.to(app);
    person = await app.signUp({ tier: "enterprise" });
    stage = await registerApp({ ...app, url: front.url }, person);
  });
  afterAll(async () => {
    await app?.close();
    front?.close();
  });

  const fresh = `t2:${Buffer.alloc(32, 7).toString("base64")}`;
  const old = () => app.env["MASTER_KEYS"] ?? "";
  /** Another process of the deployment, which answers from now on. */
  async function rotateTo(masterKeys: string): Promise<void> {
    const process = await startProcess("api", { ...app.env, MASTER_KEYS: masterKeys });
    onTestFinished(async () => {
      await front.to(app);
      await process.terminate();
    });
    await front.to(process);
  }
  const begin = async (scopes?: Parameters<ThirdParty["begin"]>[0]) => (await stage.begin(scopes)).url.href;
  const asked = { scopes: ["tracks:read", "tracks:write"] } as const;

  test.each([
    ["added at the end", () => `${old()},${fresh}`],
    ["put in front", () => `${fresh},${old()}`],
  ])(
    "a new key %s signs no browser out, leaves open forms and questions good, and ends no token",
    async (_name, masterKeys) => {
      const signedIn = createBrowser(front.url);
      const tokens = await stage.connect(person, { browser: signedIn });
      const [signingIn, allowing] = [createBrowser(front.url), createBrowser(front.url)];
      expect((await signingIn.open(await begin({ parameters: { prompt: "consent" } }))).text).toContain(
        'name="password"',
      );
      await allowing.open(await begin({ parameters: { prompt: "consent" } }));
      expect((await allowing.submit({ action: "sign_in", email: person.email, password })).text).toContain(
        "On which account?",
      );
      await rotateTo(masterKeys());
      expect((await signedIn.open(await begin())).url.searchParams.get("code")).not.toBeNull();
      expect((await allowing.submit({ action: "allow", account: "live" })).url.searchParams.get("code")).not.toBeNull();
      expect((await signingIn.submit({ action: "sign_in", email: person.email, password })).text).toContain(
        "On which account?",
      );
      expect(
        (await signingIn.submit({ action: "allow", account: "live" })).url.searchParams.get("code"),
      ).not.toBeNull();
      expect((await refresh({ ...app, url: front.url }, stage.client, tokens.refresh_token)).status).toBe(200);
      // The cookie carries the signature of the new first key from now on, as the browser shows at its next visit.
      expect((await signedIn.open(await begin())).url.searchParams.get("code")).not.toBeNull();
    },
  );

  test("a process that has not got the new key yet asks browsers to sign in again, and fails for none", async () => {
    await rotateTo(`${fresh},${old()}`);
    const browser = createBrowser(front.url);
    await stage.connect(person, { browser });
    const question = createBrowser(front.url);
    await question.open(await begin());
    await front.to(app);
    const page = await browser.open(await begin());
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('name="password"')]);
    expect(
      (await browser.submit({ action: "sign_in", email: person.email, password })).url.searchParams.get("code"),
    ).not.toBeNull();
    expect(await question.submit({ action: "sign_in", email: person.email, password })).toMatchObject({
      left: false,
      status: expect.toSatisfy((status: number) => status < 500),
    });
  });

  test("what a newer process sealed is absent for one without its key: an answer that was lost, a request that was pushed ahead", async () => {
    const browser = createBrowser(front.url);
    await stage.connect(person, { browser });
    await rotateTo(`${fresh},${old()}`);
    const cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join("; ");
    // The browser never gets this answer, nor the cookies in it.
    expect((await fetch(await begin(), { redirect: "manual", headers: { cookie } })).status).toBe(303);
    const parameters = Object.fromEntries(new URL(await begin()).searchParams);
    const pushed = await post({ ...app, url: front.url }, "/oauth/par", parameters, stage.client);
    expect(pushed.status).toBe(201);
    await front.to(app);
    const page = await browser.open(await begin());
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('name="password"')]);
    const query = new URLSearchParams({ client_id: stage.client.id, request_uri: String(pushed.body["request_uri"]) });
    expect(await createBrowser(front.url).open(`/oauth/authorize?${query}`)).toMatchObject({
      left: false,
      status: 400,
    });
  });

  test("once the old key is dropped, browsers sign in again, and tokens go on", async () => {
    const browser = createBrowser(front.url);
    const tokens = await stage.connect(person, { browser });
    await rotateTo(fresh);
    const page = await browser.open(await begin(asked));
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('name="password"')]);
    expect((await browser.submit({ action: "sign_in", email: person.email, password })).text).toContain(
      "On which account?",
    );
    expect((await refresh({ ...app, url: front.url }, stage.client, tokens.refresh_token)).status).toBe(200);
  });
});
