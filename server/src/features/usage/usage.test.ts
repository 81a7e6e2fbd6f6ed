import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { newId } from "../../platform/ids/index.ts";
import { principalOf, requestAt, storeRequests } from "./usage.fixture.ts";

/** What operations answer about requests that were really made. Figures are asked for with sessions, traffic comes from keys. */
describe("usage", () => {
  let app: TestApp;
  let account: TestAccount;
  let stranger: TestAccount;
  let admin: TestAccount;
  let liveKeyId: string;

  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    [account, stranger, admin] = [await app.signUp(), await app.signUp(), await app.signUp({ admin: true })];
    const owner = app.client(account.sessionToken);
    liveKeyId = (await owner.apiKeys.list()).data[0]?.id ?? "";
    // Ten requests an hour are allowed: 4 + 2 + 1 + 1 + 2 are, and three more are refused.
    for (let time = 0; time < 4; time += 1) await account.live.accounts.getProfile();
    for (let time = 0; time < 2; time += 1)
      await app.request("get", "/v1/tracks/trk_01kbq5s7m8e5xv2p0t6w9r4c3d", { key: account.liveKey });
    await app.request("get", "/v1/tracks?limit=1000", { key: account.liveKey });
    await app.request("get", "/v1/tracks", {
      key: account.liveKey,
      headers: { "User-Agent": "curl/8.5.0 secret-of-a-person" },
    });
    const create = () =>
      app.request("post", "/v1/webhooks", {
        key: account.liveKey,
        body: { url: "https://example.com/" },
        headers: { "Idempotency-Key": "once-and-again" },
      });
    await create();
    expect((await create()).headers["idempotency-replayed"]).toBe("true");
    for (let time = 0; time < 3; time += 1)
      expect((await app.request("get", "/v1/tracks", { key: account.liveKey })).status).toBe(429);
    await account.test.tracks.list();
  });
  afterAll(() => app?.close());

  const usage = () => app.client(account.sessionToken).usage;
  /** Until everything that was asked for is in the figures: seconds at most. */
  const fresh = (ask: () => Promise<{ totals: { requests: number } }>, requests: number) =>
    expect.poll(async () => (await ask()).totals.requests, { timeout: 5_000 }).toBe(requests);
  const byLabel = (groups: { group: string | null; requests: number }[]) =>
    Object.fromEntries(groups.map(({ group, requests }) => [group, requests]));

  test("every request of a key counts within seconds, once, with its outcome, also refused ones", async () => {
    const ask = () => usage().getStats({ api_key_id: liveKeyId, group_by: "operation" });
    await fresh(ask, 13);
    const stats = await ask();
    expect(byLabel(stats.groups)).toEqual({ getProfile: 4, getTrack: 2, listTracks: 5, createWebhook: 2 });
    expect(stats.totals).toMatchObject({
      errors: { client: 6, server: 0, by_code: { not_found: 2, rate_limited: 3, validation_failed: 1 } },
      rate_limited: 3,
      replayed: 1,
    });
    const { p50, p95, p99 } = stats.totals.latency_ms;
    expect(p50).toBeGreaterThan(0);
    expect(p95).toBeGreaterThanOrEqual(p50 ?? 0);
    expect(p99).toBeGreaterThanOrEqual(p95 ?? 0);
    expect(stats.totals.bytes_in).toBeGreaterThan(13 * 100);
    expect(stats.totals.bytes_out).toBeGreaterThan(13 * 200);
    expect(byLabel((await usage().getStats({ api_key_id: liveKeyId, group_by: "status" })).groups)).toEqual({
      200: 5,
      201: 2,
      400: 1,
      404: 2,
      429: 3,
    });
    expect(byLabel((await usage().getStats({ group_by: "api_key" })).groups)[liveKeyId]).toBe(13);
    expect(await usage().getStats({ api_key_id: liveKeyId, operation: "getTrack" })).toMatchObject({
      totals: { requests: 2 },
      groups: [],
    });
  });

  test("sessions and live and sandbox accounts are counted apart, and nobody sees another account's figures", async () => {
    const sandbox = await app.client(account.sessionToken).usage.getStats({ group_by: "operation" }, { mode: "test" });
    expect(byLabel(sandbox.groups)).toMatchObject({ listTracks: 1 });
    expect(byLabel(sandbox.groups)).not.toHaveProperty("getProfile");
    const theirs = await app.client(stranger.sessionToken).usage.getStats({ group_by: "operation" });
    expect(byLabel(theirs.groups)).not.toHaveProperty("getTrack");
    expect((await app.client(stranger.sessionToken).usage.getStats({ api_key_id: liveKeyId })).totals.requests).toBe(0);
    expect((await usage().getStats({ group_by: "credential" })).groups.map(({ group }) => group)).toEqual(
      expect.arrayContaining(["api_key", "session"]),
    );
  });

  test.for(["minute", "hour", "day"] as const)(
    "a series per %s has every step of UTC, also empty ones, and adds up",
    async (granularity) => {
      const series = await usage().getTimeSeries({ granularity, api_key_id: liveKeyId });
      const step = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[granularity];
      const times = series.points.map(({ starts_at: start }) => new Date(start).getTime());
      for (const [index, time] of times.entries()) expect(time).toBe((times[0] ?? 0) + index * step);
      expect((times[0] ?? 1) % step).toBe(0);
      expect(series.points.length).toBeGreaterThan(granularity === "day" ? 1 : 24);
      expect(series.points.reduce((sum, { requests }) => sum + requests, 0)).toBe(13);
      expect(series.points[0]).toMatchObject({ requests: 0, latency_ms: { p50: null, p95: null, p99: null } });
      expect(series.totals.requests).toBe(13);
    },
  );

  test.for([
    ["stats?since=2026-11-21T10:00:00Z&until=2026-11-21T10:00:00Z", "/query/since", "not_before_until"],
    ["stats?since=2024-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", "/query/since", "range_too_long"],
    [
      "timeseries?granularity=minute&since=2024-01-01T00:00:00Z&until=2024-01-02T00:00:00Z",
      "/query/since",
      "too_old_for_granularity",
    ],
    [
      "timeseries?granularity=hour&since=2026-01-01T00:00:00Z&until=2026-10-01T00:00:00Z",
      "/query/granularity",
      "too_many_points",
    ],
    ["timeseries?granularity=week", "/query/granularity", "enum"],
    ["stats?group_by=user", "/query/group_by", "enum"],
    ["stats?since=yesterday", "/query/since", "format"],
  ])("%s is refused and told what would be right", async ([path = "", field, code]) => {
    const answer = await app.request("get", `/v1/usage/${path}`, { key: account.sessionToken });
    expect(answer).toMatchObject({ status: 400, body: { code: "validation_failed", errors: [{ path: field, code }] } });
  });

  test("the figures come as CSV when the query or the Accept header asks for it", async () => {
    const path = `/v1/usage/stats?group_by=operation&api_key_id=${liveKeyId}`;
    const byQuery = await app.request("get", `${path}&format=csv`, { key: account.sessionToken });
    expect(byQuery.headers).toMatchObject({
      "content-type": expect.stringContaining("text/csv"),
      "content-disposition": 'attachment; filename="usage-by-operation.csv"',
    });
    const [header, ...lines] = byQuery.text.trimEnd().split("\r\n");
    expect(header).toBe(
      "operation,requests,client_errors,server_errors,rate_limited,replayed,latency_ms_p50,latency_ms_p95,latency_ms_p99,bytes_in,bytes_out",
    );
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^listTracks,5,4,0,3,0,/);
    const byHeader = await app.request("get", path, { key: account.sessionToken, headers: { Accept: "text/csv" } });
    expect(byHeader.text).toBe(byQuery.text);
    expect(
      (await app.request("get", path, { key: account.sessionToken, headers: { Accept: "*/*" } })).body,
    ).toMatchObject({ object: "usage_stats" });
    const series = await app.request("get", `/v1/usage/timeseries?format=csv&granularity=hour`, {
      key: account.sessionToken,
    });
    expect(series.text.split("\r\n")[0]).toMatch(/^starts_at,requests,/);
  });

  test("generations are counted with the audio that they gave, and costs are not made up", async () => {
    const stats = await usage().getStats({});
    expect(stats.generations).toEqual({
      started: 0,
      completed: 0,
      failed: 0,
      canceled: 0,
      audio_seconds: 0,
      cost: null,
    });
    await account.test.generations.create({ prompt: "prompt-canary", instrumental: true, duration_seconds: 5 });
    expect((await app.client(account.sessionToken).usage.getStats({}, { mode: "test" })).generations).toMatchObject({
      started: 1,
      completed: 0,
    });
  });

  test("only the first product of a User-Agent is kept", async () => {
    const kept = await app.services.db.asSystem("a test looks", (tx) =>
      tx.query<{ agent: string }>("select distinct agent from usage_requests"),
    );
    expect(kept.map(({ agent }) => agent)).toContain("curl/8.5.0");
    expect(JSON.stringify(kept)).not.toContain("secret-of-a-person");
  });

  test("administrators see all accounts, who uses most, and requests of nobody", async () => {
    for (const path of ["/v1/nothing", "/v1/tracks"]) await app.request("get", path);
    await app.request("delete", "/v1/tracks");
    const api = app.client(admin.sessionToken).admin;
    const ask = () => api.getUsageStats({ group_by: "account" });
    await expect
      .poll(async () => byLabel((await ask()).groups)["null"] ?? 0, { timeout: 5_000 })
      .toBeGreaterThanOrEqual(6);
    const { groups } = await ask();
    expect(groups.map(({ requests }) => requests)).toEqual(
      groups.map(({ requests }) => requests).toSorted((a, b) => b - a),
    );
    expect(groups.map(({ group }) => group)).toEqual(
      expect.arrayContaining([account.liveId, account.sandboxId, stranger.liveId, null]),
    );
    expect((await api.getUsageStats({ account_id: account.liveId, api_key_id: liveKeyId })).totals.requests).toBe(13);
    expect((await api.getUsageStats({ mode: "test", group_by: "mode" })).groups.map(({ group }) => group)).toEqual([
      "test",
    ]);
    const errors = byLabel((await api.getUsageStats({ group_by: "error" })).groups);
    expect(errors).toMatchObject({ method_not_allowed: 1, unauthenticated: 1 });
    const series = await api.getUsageTimeSeries({ account_id: account.liveId, api_key_id: liveKeyId });
    expect(series.totals.requests).toBe(13);
  });

  test("of more than 500 accounts those with the most requests are shown, the others are counted, and the totals are those of all", async () => {
    const at = Date.now() - 26 * 86_400_000;
    const requests = Array.from({ length: 503 }, (_, index) =>
      Array.from({ length: index < 500 ? 2 : 1 }, () => index),
    ).flat();
    const principals = Array.from({ length: 503 }, () => principalOf(newId()));
    await storeRequests(
      app.services.db,
      requests.map((index) => requestAt(at, { principal: principals[index] ?? null })),
    );
    const since = new Date(at - 60_000).toISOString();
    const until = new Date(at + 60_000).toISOString();
    const stats = await app.client(admin.sessionToken).admin.getUsageStats({ group_by: "account", since, until });
    expect(stats.groups).toHaveLength(500);
    expect(new Set(stats.groups.map(({ requests: count }) => count))).toEqual(new Set([2]));
    expect(stats).toMatchObject({
      groups_left_out: 3,
      totals: { requests: 1003, latency_ms: { p50: expect.any(Number) } },
    });
  });

  test("administrators see plugins, queues and what became of recorded requests, which always adds up", async () => {
    const api = app.client(admin.sessionToken).admin;
    const status = await api.getPlatformStatus();
    expect(status.plugins).toContainEqual(
      expect.objectContaining({ id: "minimax", mode: "test", status: "loaded", breaker: "closed" }),
    );
    expect(status.queues).toContainEqual({
      name: "webhook-drain",
      depth: expect.objectContaining({ waiting: expect.any(Number) }),
    });
    expect(status.queues).toContainEqual({
      name: "generation-minimax-test-interactive",
      depth: expect.objectContaining({ waiting: expect.any(Number) }),
    });
    const { accepted, stored, pending, dropped } = status.usage_recorder;
    expect(accepted).toBe(stored + pending + dropped);
    expect(accepted).toBeGreaterThan(20);
    expect(dropped).toBe(0);
    const metrics = await app.request("get", "/metrics");
    expect(metrics.text).toMatch(/musicverse_usage_requests_accepted_total \d+/);
    expect(metrics.text).toContain("musicverse_usage_requests_dropped_total 0");
  });

  test("nobody has called a deprecated operation", async () => {
    expect(await usage().listDeprecatedCalls()).toEqual({ object: "list", data: [] });
  });
});
