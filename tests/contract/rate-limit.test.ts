import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type Answer, type TestApp } from "../../server/test-kit/app.ts";
import { startProcess } from "../../server/test-kit/process.ts";

/** Every answer says where the caller stands, and the limit is exact. */
describe("rate limits", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
  });
  afterAll(() => app?.close());

  test("a free account gets ten requests in an hour; the eleventh is refused and told when to come back", async () => {
    const { liveKey } = await app.signUp();
    const answers = [];
    for (let index = 0; index < 11; index += 1) answers.push(await app.request("get", "/v1/profile", { key: liveKey }));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    for (const [index, { headers }] of answers.entries()) {
      expect(headers).toMatchObject({
        "x-ratelimit-limit": "10",
        "x-ratelimit-remaining": String(Math.max(0, 9 - index)),
      });
      expect(headers["ratelimit"]).toContain('"account";r=');
      expect(headers["ratelimit-policy"]).toContain('"account";q=10;w=3600');
    }
    const refused = answers[10];
    expect(refused?.headers["content-type"]).toContain("application/problem+json");
    expect(refused?.body).toMatchObject({
      code: "rate_limited",
      "violated-policies": ["account", "key"],
      upgrade_url: expect.stringMatching(/^https:/),
    });
    const wait = Number(refused?.headers["retry-after"]);
    expect(wait).toBeGreaterThan(3500);
    expect(wait).toBeLessThanOrEqual(3600);
  });

  test("every answer says where the caller stands: refusals, errors, unknown paths, streams and downloads too", async () => {
    const account = await app.signUp();
    const track = await account.test.tracks.upload({ file: wavOf({ seconds: 1 }) });
    const generation = await account.test.generations.create({ prompt: "x prompt-canary", duration_seconds: 5 });
    await account.test.generations.cancel(generation.id);
    const { testKey: key } = account;
    const answers: [number, string, Promise<Answer>][] = [
      [401, "address-read", app.request("get", "/v1/profile")],
      [401, "bad-credential", app.request("get", "/v1/profile", { key: "amv_live_nonsense" })],
      [404, "address-read", app.request("get", "/v1/nothing-here")],
      [404, "address-read", app.request("get", "/nothing/here", { key })],
      [405, "address-read", app.request("put", "/v1/tracks", { key })],
      [400, "account", app.request("get", "/v1/profile", { key, headers: { "MusicVerse-Mode": "live" } })],
      [400, "account", app.request("get", "/v1/tracks?limit=0", { key })],
      [403, "account", app.request("get", "/v1/admin/actions", { key })],
      [404, "account", app.request("get", "/v1/tracks/trk_01kbq5s7m8e5xv2p0t6w9r4c3d", { key })],
      [
        415,
        "account",
        app.request("post", "/v1/generate", { key, raw: "x", headers: { "Content-Type": "text/plain" } }),
      ],
      [
        400,
        "account",
        app.request("post", "/v1/generate", { key, raw: "{", headers: { "Content-Type": "application/json" } }),
      ],
      [206, "account", app.request("get", `/v1/tracks/${track.id}/audio`, { key, headers: { Range: "bytes=0-9" } })],
      [200, "account", app.request("get", `/v1/generations/${generation.id}/events`, { key })],
      [200, "address-read", app.request("get", "/v1/plans")],
      [400, "address-auth", app.request("post", "/v1/sessions", { body: {} })],
    ];
    for (const [status, policy, answered] of answers) {
      const answer = await answered;
      expect([answer.status, answer.headers["ratelimit-policy"]]).toEqual([
        status,
        expect.stringMatching(new RegExp(`^"${policy}";q=\\d+;w=\\d+`)),
      ]);
      expect(answer.headers["ratelimit"]).toMatch(new RegExp(`^"${policy}";r=\\d+;t=\\d+`));
      expect(Number(answer.headers["x-ratelimit-limit"])).toBeGreaterThan(
        Number(answer.headers["x-ratelimit-remaining"]),
      );
      expect(answer.headers["x-ratelimit-reset"]).toMatch(/^\d{10}$/);
    }
  });

  test("so does every answer that is no operation's: the authorization server's, pages, pictures", async () => {
    const form = { headers: { "Content-Type": "application/x-www-form-urlencoded" } };
    const answers: [number, string, Promise<Answer>][] = [
      [200, "address-read", app.request("get", "/.well-known/oauth-authorization-server")],
      [400, "address-read", app.request("get", "/oauth/authorize?client_id=x")],
      [400, "address-read", app.request("post", "/oauth/token", { ...form, raw: "grant_type=refresh_token" })],
      [
        401,
        "address-read",
        app.request("post", "/oauth/introspect", { ...form, raw: "token=x&client_id=x&client_secret=y" }),
      ],
      [404, "address-read", app.request("get", "/oauth/logos/app_01kbq5s2h7e9dr0w5t1y4m8ncg")],
      [200, "address-read", app.request("get", "/forgot-password")],
      [403, "address-auth", app.request("post", "/forgot-password", { ...form, raw: "email=x" })],
      [404, "address-read", app.request("get", "/sandbox/stripe/pay/cs_test_guessed")],
    ];
    for (const [status, policy, answered] of answers) {
      const answer = await answered;
      expect([answer.status, answer.headers["ratelimit-policy"]], answer.text).toEqual([
        status,
        expect.stringMatching(new RegExp(`^"${policy}";q=\\d+;w=\\d+`)),
      ]);
      expect(answer.headers).toMatchObject({
        ratelimit: expect.stringMatching(/;r=\d+;t=\d+$/),
        "x-ratelimit-limit": expect.stringMatching(/^\d+$/),
        "x-ratelimit-remaining": expect.stringMatching(/^\d+$/),
        "x-ratelimit-reset": expect.stringMatching(/^\d{10}$/),
      });
    }
  });

  test("an app that guesses its secret is refused by the authorization server, too, and told when to come back", async () => {
    const other = await startTestApp({ worker: false });
    try {
      const guess = () =>
        other.request("post", "/oauth/introspect", {
          raw: "token=x&client_id=app_01kbq5s2h7e9dr0w5t1y4m8ncg&client_secret=y",
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
        });
      for (let index = 0; index < 20; index += 1) expect((await guess()).status).toBe(401);
      const refused = await vi.waitFor(async () => {
        const answer = await guess();
        expect(answer.status).toBe(429);
        return answer;
      });
      expect(refused.headers).toMatchObject({
        "ratelimit-policy": '"bad-credential";q=20;w=60',
        "x-ratelimit-limit": "20",
        "x-ratelimit-remaining": "0",
      });
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
      expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(60);
    } finally {
      await other.close();
    }
  });

  test("hopping between the keys of an account, or spoofing an address, does not widen its limit", async () => {
    const account = await app.signUp();
    const session = app.client(account.sessionToken);
    const keys = await Promise.all(
      [1, 2, 3].map(async (index) => (await session.apiKeys.create({ name: `key ${index}` })).key),
    );
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const headers = { "X-Forwarded-For": `203.0.113.${index}` };
        return (await app.request("get", "/v1/profile", { key: keys[index % 3], headers })).status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
  });

  test("the sandbox has a limit of its own and uses up nothing of the live account", async () => {
    const account = await app.signUp();
    for (let index = 0; index < 15; index += 1)
      expect((await app.request("get", "/v1/profile", { key: account.testKey })).status).toBe(200);
    const { headers } = await app.request("get", "/v1/profile", { key: account.liveKey });
    expect(headers["x-ratelimit-remaining"]).toBe("9");
  });

  test("1,000 concurrent requests on two API processes admit exactly what the plan allows", async ({ skip }) => {
    if (app.services.redis === null) skip("more than one process needs Redis, and this run has none");
    const here = await startTestApp({ worker: false });
    const [one, two] = await Promise.all([
      startProcess("api", { ...here.env, VALIDATE_RESPONSES: "false" }),
      startProcess("api", { ...here.env, VALIDATE_RESPONSES: "false" }),
    ]);
    try {
      const { liveKey } = await here.signUp({ tier: "basic" });
      const statuses: number[] = [];
      await Promise.all(
        Array.from({ length: 50 }, async (_, worker) => {
          for (let index = 0; index < 20; index += 1) {
            const { url } = (worker + index) % 2 ? one : two;
            const response = await fetch(`${url}/v1/profile`, { headers: { Authorization: `Bearer ${liveKey}` } });
            await response.arrayBuffer();
            statuses.push(response.status);
          }
        }),
      );
      // 200 at once, then the burst window of 10 s begins anew: as many windows as the 1,000 requests took.
      const admitted = statuses.filter((status) => status === 200).length;
      expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
      expect(admitted % 200).toBe(0);
      expect(admitted).toBeGreaterThanOrEqual(200);
    } finally {
      await Promise.all([one.kill9(), two.kill9()]);
      await here.close();
    }
  });
});
