import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";

/** `GET /v1/limits`: a dry run. */
describe("asking for one's limits", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
  });
  afterAll(() => app?.close());

  test("uses up nothing, and says what a request takes", async () => {
    const account = await app.signUp();
    for (let index = 0; index < 20; index += 1)
      expect((await account.live.limits.getRateLimits()).windows[0]?.remaining).toBe(10);
    const counted = await app.request("get", "/v1/profile", { key: account.liveKey });
    const limits = await account.live.limits.getRateLimits();
    expect(limits).toMatchObject({
      plan: "free",
      upgrade_plan: "basic",
      mode: "live",
      degraded: false,
      next_request: { allowed: true, rate_class: "read" },
    });
    expect(limits.windows).toMatchObject([
      { name: "account", limit: 10, remaining: 9, window_seconds: 3600, source: "plan" },
      { name: "key", limit: 10, remaining: 9, window_seconds: 3600, source: "plan" },
    ]);
    expect(Math.round(Date.parse(limits.windows[0]?.resets_at ?? "") / 1000)).toBeCloseTo(
      Number(counted.headers["x-ratelimit-reset"]),
      -1,
    );
  });

  test("answers when nothing is left, with when there will be", async () => {
    const { liveKey } = await app.signUp();
    for (let index = 0; index < 11; index += 1) await app.request("get", "/v1/profile", { key: liveKey });
    const answer = await app.request("get", "/v1/limits?operation_id=createGeneration", { key: liveKey });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        next_request: {
          operation_id: "createGeneration",
          rate_class: "generate",
          allowed: false,
          violated_policies: ["account", "key"],
        },
      },
    });
    expect(answer.headers["x-ratelimit-remaining"]).toBe("0");
    const { retry_after_seconds: wait } = answer.body["next_request"] as { retry_after_seconds: number };
    expect(wait).toBeGreaterThan(3500);
    expect(wait).toBeLessThanOrEqual(3600);
  });

  test("speaks of the windows of the class or operation asked for, for keys, sessions and the sandbox", async () => {
    const account = await app.signUp();
    const names = async (key: string, query = "", headers = {}) => {
      const { body } = await app.request("get", `/v1/limits${query}`, { key, headers });
      return (body["windows"] as { name: string; source: string }[]).map(({ name, source }) => `${name} ${source}`);
    };
    expect(await names(account.liveKey, "?rate_class=credential")).toEqual([
      "account plan",
      "key plan",
      "credential platform",
    ]);
    expect(await names(account.liveKey, "?operation_id=signIn")).toEqual(["address-auth platform"]);
    expect(await names(account.liveKey, "?operation_id=getLiveness")).toEqual([]);
    expect(app.logged()).not.toContain("rate limits are counted per process");
    expect(await names(account.testKey)).toEqual(["account sandbox", "key sandbox", "burst sandbox"]);
    expect(await names(account.sessionToken)).toEqual(["session platform"]);
  });

  test("refuses what is no operation, and both questions at once", async () => {
    const { liveKey } = await app.signUp();
    for (const query of [
      "operation_id=nonsense",
      "operation_id=__proto__",
      "rate_class=slow",
      "operation_id=listTracks&rate_class=read",
    ]) {
      expect((await app.request("get", `/v1/limits?${query}`, { key: liveKey })).status, query).toBe(400);
    }
    expect((await app.request("get", "/v1/limits")).status).toBe(401);
    const { key } = await app
      .client((await app.signUp()).sessionToken)
      .apiKeys.create({ name: "x", scopes: ["tracks:read"] });
    expect(await app.request("get", "/v1/limits", { key })).toMatchObject({
      status: 403,
      body: { required_scope: "profile:read" },
    });
  });

  test("has a limit of its own", async () => {
    const { liveKey } = await app.signUp();
    const statuses = await Promise.all(
      Array.from({ length: 121 }, async () => (await app.request("get", "/v1/limits", { key: liveKey })).status),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });
});
