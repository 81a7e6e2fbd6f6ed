import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startProcess, type ServerProcess } from "../../../test-kit/process.ts";

/** Limits and plans that administrators set by hand, and what callers see of their limits. */
describe("rate limits set by hand", () => {
  let app: TestApp;
  let admin: TestAccount;
  /** Another API process on the same database. */
  let elsewhere: ServerProcess;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    admin = await app.signUp({ admin: true, tier: "enterprise" });
    elsewhere = await startProcess("api", app.env);
  });
  afterAll(async () => {
    await elsewhere?.kill9();
    await app?.close();
  });

  const api = () => app.client(admin.sessionToken).admin;
  const put = (target: string, body: object, key = admin.sessionToken) =>
    app.request("put", `/v1/admin/rate-limit-overrides/${target}`, { key, body });
  /** The account's limit, as the other process sees it. */
  const limitElsewhere = async (key: string) => {
    const response = await fetch(`${elsewhere.url}/v1/limits`, { headers: { Authorization: `Bearer ${key}` } });
    const { windows } = (await response.json()) as { windows: { name: string; limit: number; source: string }[] };
    return windows.map(({ name, limit, source }) => `${name} ${limit} ${source}`);
  };

  test("an override counts in every process within a second, and is gone as fast", async () => {
    const { liveId, liveKey } = await app.signUp();
    expect(await limitElsewhere(liveKey)).toEqual(["account 10 plan", "key 10 plan"]);
    const set = await put(liveId, { quota: { requests: 25, window_seconds: 60 }, note: "launch week" });
    expect(set).toMatchObject({
      status: 200,
      body: { target_id: liveId, account_id: liveId, quota: { requests: 25 }, burst: null, expires_at: null },
    });
    await expect
      .poll(() => limitElsewhere(liveKey), { timeout: 1000 })
      .toEqual(["account 25 override", "key 25 override"]);
    await api().deleteRateLimitOverride(liveId);
    await expect.poll(() => limitElsewhere(liveKey), { timeout: 1000 }).toEqual(["account 10 plan", "key 10 plan"]);
  });

  test("a key is held to its own override, while the account's other keys are not", async () => {
    const account = await app.signUp({ tier: "basic" });
    const { id, key } = await app.client(account.sessionToken).apiKeys.create({ name: "noisy" });
    await put(id, { quota: { requests: 2, window_seconds: 3600 }, note: "noisy" });
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await app.request("get", "/v1/profile", { key })).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await app.request("get", "/v1/profile", { key })).body).toMatchObject({ "violated-policies": ["key"] });
    expect((await app.request("get", "/v1/profile", { key: account.liveKey })).status).toBe(200);
  });

  test("an override of a key never lifts it above its account", async () => {
    const account = await app.signUp();
    const { id, key } = await app.client(account.sessionToken).apiKeys.create({ name: "ambitious" });
    await put(id, { quota: { requests: 1000, window_seconds: 3600 }, note: "too much" });
    const statuses = await Promise.all(
      Array.from({ length: 15 }, async () => (await app.request("get", "/v1/profile", { key })).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
  });

  test("are read, listed, replaced and written down", async () => {
    const { liveId, sandboxId } = await app.signUp();
    await put(liveId, { burst: { requests: 5, window_seconds: 1 }, note: "first" });
    const replaced = await put(liveId, {
      quota: { requests: 7, window_seconds: 60 },
      note: "second",
      expires_at: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(await api().getRateLimitOverride(liveId)).toEqual(replaced.body);
    expect(replaced.body).toMatchObject({ burst: null, note: "second" });
    await put(sandboxId, { quota: { requests: 8, window_seconds: 60 }, note: "its sandbox" });
    expect((await api().listRateLimitOverrides({ account_id: liveId })).data).toEqual([replaced.body]);
    const walked: string[] = [];
    for await (const { target_id } of api().listRateLimitOverrides({ limit: 1 })) walked.push(target_id);
    expect(walked.slice(0, 2)).toEqual([sandboxId, liveId]);
    expect((await api().listActions({ account_id: liveId })).data.map(({ action }) => action)).toEqual([
      "rate_limit.overridden",
      "rate_limit.overridden",
    ]);
    expect(
      (await app.request("delete", `/v1/admin/rate-limit-overrides/${sandboxId}`, { key: admin.sessionToken })).status,
    ).toBe(204);
    expect(
      (await app.request("get", `/v1/admin/rate-limit-overrides/${sandboxId}`, { key: admin.sessionToken })).status,
    ).toBe(404);
    expect(
      (await app.request("delete", `/v1/admin/rate-limit-overrides/${sandboxId}`, { key: admin.sessionToken })).status,
    ).toBe(404);
  });

  test("refuse what makes no sense, and everybody but administrators", async () => {
    const { liveId, liveKey, sessionToken } = await app.signUp();
    const quota = { requests: 5, window_seconds: 60 };
    expect((await put(liveId, { note: "nothing" })).status).toBe(400);
    expect((await put(liveId, { quota, note: "past", expires_at: "2020-01-01T00:00:00Z" })).body).toMatchObject({
      errors: [{ path: "/body/expires_at" }],
    });
    expect((await put(liveId, { quota: { requests: 0, window_seconds: 60 }, note: "zero" })).status).toBe(400);
    for (const nobody of [
      "acc_01kbq5s7m8e5xv2p0t6w9r4c3d",
      "key_01kbq5s7m8e5xv2p0t6w9r4c3d",
      "trk_01kbq5s7m8e5xv2p0t6w9r4c3d",
      "nonsense",
    ]) {
      expect((await put(nobody, { quota, note: "nobody" })).status).toBe(404);
    }
    for (const key of [liveKey, sessionToken])
      expect(await put(liveId, { quota, note: "me" }, key)).toMatchObject({ status: 403 });
    expect(
      (await app.request("get", "/v1/admin/rate-limit-overrides?account_id=nonsense", { key: admin.sessionToken }))
        .status,
    ).toBe(400);
  });

  test("a plan and a boost count in every process within a second, also for who is only asked about", async () => {
    const { liveId, sandboxId, liveKey } = await app.signUp();
    const patch = (body: object, key = admin.sessionToken) =>
      app.request("patch", `/v1/admin/accounts/${sandboxId}/plan`, { key, body });
    expect(await limitElsewhere(liveKey)).toContain("account 10 plan");
    const boosted = await patch({ boost_expires_at: new Date(Date.now() + 60_000).toISOString() });
    expect(boosted).toMatchObject({ status: 200, body: { account_id: liveId, plan: "free", effective_plan: "pro" } });
    await expect.poll(() => limitElsewhere(liveKey), { timeout: 1000 }).toContain("account 1000 plan");
    expect(await api().getAccountPlan(liveId)).toEqual(boosted.body);
    expect((await patch({ boost_expires_at: null })).body).toMatchObject({
      plan: "free",
      effective_plan: "free",
      boost_expires_at: null,
    });
    await expect.poll(() => limitElsewhere(liveKey), { timeout: 1000 }).toContain("account 10 plan");
    expect((await patch({ plan: "enterprise" })).body).toMatchObject({ effective_plan: "enterprise" });
    await expect.poll(() => limitElsewhere(liveKey), { timeout: 1000 }).toContain("account 100000 plan");
    expect((await api().listActions({ account_id: liveId })).data[0]).toMatchObject({
      action: "plan.changed",
      details: { from: "free", to: "enterprise" },
    });

    expect((await patch({})).status).toBe(400);
    expect((await patch({ plan: "gold" })).status).toBe(400);
    expect((await patch({ boost_expires_at: "2020-01-01T00:00:00Z" })).status).toBe(400);
    expect((await patch({ plan: "pro" }, liveKey)).status).toBe(403);
    for (const nobody of ["acc_01kbq5s7m8e5xv2p0t6w9r4c3d", "nonsense"]) {
      const path = `/v1/admin/accounts/${nobody}/plan`;
      expect((await app.request("patch", path, { key: admin.sessionToken, body: { plan: "pro" } })).status).toBe(404);
      expect((await app.request("get", path, { key: admin.sessionToken })).status).toBe(404);
    }
  });
});
