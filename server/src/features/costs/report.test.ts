import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { decodeId, newId } from "../../platform/ids/index.ts";
import type { ModelPrice } from "../../platform/plugins/index.ts";
import { createCostLedger, rollUpCosts, watchCosts, type ProviderCall } from "./index.ts";

const PRICE = 30_000;
const prices = new Map<string, ModelPrice>([
  ["music-3.0", { per_song: PRICE }],
  ["image-01", { per_image: 3_500 }],
  ["MiniMax-Text-01", { per_1k_input_tokens: 200, per_1k_output_tokens: 1_100 }],
]);
const DAY = 86_400_000;
/** Noon, in UTC, of a day so many days before today's. */
const ago = (days: number) => new Date(Math.floor(Date.now() / DAY) * DAY + DAY / 2 - days * DAY);
const dayOf = (moment: Date) => moment.toISOString().slice(0, 10);

let app: TestApp;
let admin: TestAccount;
beforeAll(async () => {
  app = await startTestApp({
    env: { LOG_LEVEL: "info", LEASE_MS: "30000", COST_PRICES: JSON.stringify(Object.fromEntries(prices)) },
  });
  admin = await app.signUp({ admin: true });
});
afterAll(() => app?.close());

const uuidOf = ({ sandboxId }: TestAccount): string => decodeId("acc", sandboxId) ?? "";
const record = (owner: TestAccount, at: Date, more: Partial<ProviderCall> = {}) => {
  const call: ProviderCall = {
    callId: randomUUID(),
    generationId: newId(),
    pluginId: "minimax",
    model: "music-3.0",
    kind: "music",
    outcome: "succeeded",
    seconds: 5,
    ...more,
  };
  return app.services.db.withTenant(uuidOf(owner), (tx) =>
    createCostLedger({ clock: { now: () => at }, prices }).record(tx, call),
  );
};
const report = (query: Parameters<TestAccount["live"]["admin"]["getCosts"]>[0] = {}) =>
  app.client(admin.sessionToken).admin.getCosts(query);
const reportOf = (owner: TestAccount, query: object = {}) =>
  report({ account_id: owner.sandboxId, since: dayOf(ago(40)), ...query });
const rollUp = (now = ago(0)) => rollUpCosts({ db: app.services.db, clock: { now: () => now } });
const rolled = async (owner: TestAccount) =>
  (
    await app.services.db.asSystem("a test looks", (tx) =>
      tx.query("select distinct day::text from cost_days where account_id = $1 order by 1", [uuidOf(owner)]),
    )
  ).length;

describe("what providers cost", () => {
  test("equals what the provider did and was asked, after a chaos of failures and retries", async () => {
    const owner = await app.signUp();
    const [callsBefore, songsBefore] = [
      app.simulator.calls()["POST /v1/music_generation"] ?? 0,
      app.simulator.effects()["song"] ?? 0,
    ];
    // Fewer than would open the breaker.
    for (const fault of ["server_error", "garbage", "drop", "internal", "policy", "unavailable"] as const)
      app.simulator.fail({ fault, times: 1 });
    const started = await Promise.all(
      Array.from({ length: 12 }, () =>
        owner.test.generations.create({ prompt: "chaos prompt-canary", instrumental: true, duration_seconds: 5 }),
      ),
    );
    const ended = await Promise.all(
      started.map(({ id }) =>
        owner.test.generations.wait(id, { timeoutMs: 60_000 }).catch(() => owner.test.generations.get(id)),
      ),
    );
    app.simulator.clear();
    const completed = ended.filter(({ status }) => status === "completed").length;
    expect(ended.every(({ status }) => status === "completed" || status === "failed")).toBe(true);

    const songs = (app.simulator.effects()["song"] ?? 0) - songsBefore;
    const calls = (app.simulator.calls()["POST /v1/music_generation"] ?? 0) - callsBefore;
    expect(songs).toBe(completed);
    expect(calls).toBeGreaterThan(12);
    const { totals } = await reportOf(owner);
    expect(totals).toEqual({
      calls,
      calls_unpriced: 0,
      input_tokens: 0,
      output_tokens: 0,
      seconds: songs * 5,
      images: 0,
      cost_micros: songs * PRICE,
    });
    expect((await owner.test.usage.getStats()).generations).toMatchObject({
      started: 12,
      completed,
      cost: songs * PRICE,
    });
    expect(
      (await app.client(admin.sessionToken).admin.getUsageStats({ account_id: owner.sandboxId })).generations.cost,
    ).toBe(songs * PRICE);
  }, 90_000);

  test("is of tokens for reels and of pictures for artwork", async () => {
    const owner = await app.signUp();
    const { draft_id: draft, generation_id: reel } = await owner.test.drafts.create({
      brief: "costly prompt-canary",
      platform: "tiktok",
    });
    const { id: artwork } = await owner.test.generations.create({ kind: "artwork", prompt: "costly prompt-canary" });
    await Promise.all([reel, artwork].map((id) => owner.test.generations.wait(id, { timeoutMs: 60_000 })));
    const { groups } = await reportOf(owner, { group_by: "model" });
    const [text, image] = [
      groups.find(({ model }) => model === "MiniMax-Text-01"),
      groups.find(({ model }) => model === "image-01"),
    ];
    expect(text).toMatchObject({ calls: 1, calls_unpriced: 0, images: 0, seconds: 0 });
    expect(text?.cost_micros).toBe(
      Math.round(((text?.input_tokens ?? 0) * 200 + (text?.output_tokens ?? 0) * 1_100) / 1000),
    );
    expect(text?.output_tokens).toBeGreaterThan(10);
    expect(image).toMatchObject({ calls: 1, calls_unpriced: 0, images: 1, input_tokens: 0, cost_micros: 3_500 });

    const picture = await owner.test.library.getAsset((await owner.test.generations.get(artwork)).asset_id ?? "");
    expect(picture).toMatchObject({ kind: "image", generation_id: artwork, file: { width: 3000, height: 3000 } });
    const [{ id: variantId } = { id: "" }] = (await owner.test.drafts.get(draft)).variants;
    expect(await owner.test.library.createAsset({ draft_id: draft, variant_id: variantId })).toMatchObject({
      generation_id: reel,
      draft_id: draft,
    });
  }, 90_000);

  test("of a call that was canceled is not known, and counted as such", async () => {
    const owner = await app.signUp();
    app.simulator.fail({ fault: "hang", times: 1 });
    const before = app.simulator.calls()["POST /v1/music_generation"] ?? 0;
    const { id } = await owner.test.generations.create({
      prompt: "hanging prompt-canary",
      instrumental: true,
      duration_seconds: 5,
    });
    await expect.poll(() => app.simulator.calls()["POST /v1/music_generation"] ?? 0).toBe(before + 1);
    await owner.test.generations.cancel(id);
    await expect
      .poll(async () => (await reportOf(owner)).totals)
      .toMatchObject({ calls: 1, calls_unpriced: 1, cost_micros: 0 });
    app.simulator.clear();
  });

  test("is told by account, plan, model and month in one answer, and as a file", async () => {
    const [one, two] = [await app.signUp(), await app.signUp()];
    const [june, july] = [new Date("2026-06-30T23:59:59.999Z"), new Date("2026-07-01T00:00:00Z")];
    await record(one, june);
    await record(one, july, { model: "image-01", kind: "artwork", images: 1, seconds: null, costMicros: 3500 });
    await app.services.db.asSystem("a test changes a plan", (tx) =>
      tx.query("update accounts set plan = 'pro' where id = $1", [uuidOf(one)]),
    );
    await record(one, july);
    await record(two, july, { outcome: "unknown", seconds: null });
    const range = { since: "2026-06-01", until: "2026-08-01" };
    const nothing = { calls_unpriced: 0, input_tokens: 0, output_tokens: 0, images: 0 };
    const expected = {
      totals: { ...nothing, calls: 4, calls_unpriced: 1, seconds: 10, images: 1, cost_micros: 2 * PRICE + 3500 },
      groups: [
        {
          ...nothing,
          account_id: one.sandboxId,
          plan: "free",
          model: null,
          month: "2026-06",
          calls: 1,
          seconds: 5,
          cost_micros: PRICE,
        },
        {
          ...nothing,
          account_id: one.sandboxId,
          plan: "pro",
          model: null,
          month: "2026-07",
          calls: 1,
          seconds: 5,
          cost_micros: PRICE,
        },
        {
          ...nothing,
          account_id: one.sandboxId,
          plan: "free",
          model: null,
          month: "2026-07",
          calls: 1,
          seconds: 0,
          images: 1,
          cost_micros: 3500,
        },
        {
          ...nothing,
          account_id: two.sandboxId,
          plan: "free",
          model: null,
          month: "2026-07",
          calls: 1,
          calls_unpriced: 1,
          seconds: 0,
          cost_micros: 0,
        },
      ],
      groups_left_out: 0,
    };
    const ask = () => report({ ...range, group_by: "month,plan,account" });
    expect(await ask()).toMatchObject({ object: "cost_report", ...range, ...expected });
    await rollUp();
    expect(await rolled(one)).toBe(2);
    expect(await ask()).toMatchObject(expected);
    expect(
      (await report({ ...range, group_by: "model" })).groups.map(({ model, cost_micros: cost }) => [model, cost]),
    ).toEqual([
      ["music-3.0", 2 * PRICE],
      ["image-01", 3500],
    ]);
    expect((await report({ ...range, mode: "live" })).totals.calls).toBe(0);
    expect((await report({ ...range, account_id: two.sandboxId })).totals.calls).toBe(1);
    const file = await app.request(
      "get",
      "/v1/admin/costs?group_by=plan,month&since=2026-07-01&until=2026-08-01&format=csv",
      { key: admin.sessionToken },
    );
    expect(file.headers["content-type"]).toContain("text/csv");
    expect(file.text).toBe(
      "plan,month,calls,calls_unpriced,input_tokens,output_tokens,seconds,images,cost_micros\r\npro,2026-07,1,0,0,0,5,0,30000\r\nfree,2026-07,2,1,0,0,0,1,3500\r\n",
    );
  });

  test("is for administrators, of at most 400 days, whose end comes after their start", async () => {
    const owner = await app.signUp();
    expect(await app.request("get", "/v1/admin/costs", { key: owner.testKey })).toMatchObject({ status: 403 });
    for (const query of [
      "since=2026-02-01&until=2026-02-01",
      "since=2024-01-01&until=2026-02-01",
      "since=x",
      "group_by=account,owner",
      "since=2026-02-30",
      "until=2026-13-01",
      "until=0000-01-01",
      "until=0001-01-01",
    ]) {
      expect(await app.request("get", `/v1/admin/costs?${query}`, { key: admin.sessionToken }), query).toMatchObject({
        status: 400,
        body: { code: "validation_failed" },
      });
    }
  });
});

describe("the roll-up of a day", () => {
  test("changes no sum, may be repeated, and takes in what comes late", async () => {
    const owner = await app.signUp();
    const sums = async () => (await reportOf(owner)).totals;
    for (let days = 3; days >= 0; days -= 1) await record(owner, ago(days));
    const before = await sums();
    expect(before).toMatchObject({ calls: 4, cost_micros: 4 * PRICE });
    await Promise.all([rollUp(), rollUp(), rollUp()]);
    expect(await rolled(owner)).toBe(3);
    expect(await sums()).toEqual(before);
    await record(owner, ago(2));
    expect(await sums()).toMatchObject({ calls: 5, cost_micros: 5 * PRICE });
    await rollUp();
    await rollUp();
    expect(await sums()).toMatchObject({ calls: 5, cost_micros: 5 * PRICE });
  });

  test("loses nothing that is recorded while it runs", async () => {
    const owner = await app.signUp();
    await Promise.all(Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? rollUp() : record(owner, ago(1)))));
    expect((await reportOf(owner)).totals.calls).toBe(40);
    await rollUp();
    expect((await reportOf(owner)).totals.calls).toBe(40);
    expect(await rolled(owner)).toBe(1);
  });
});

describe("a day that costs far more than usual", () => {
  const events = async (owner: TestAccount) =>
    (await owner.test.events.list({ type: "usage.cost_anomaly" })).data.map(({ data }) => data);
  const watch = (now = ago(0)) => watchCosts({ db: app.services.db, clock: { now: () => now }, emit: app.shared.emit });
  const spend = (owner: TestAccount, days: number, micros: number) => record(owner, ago(days), { costMicros: micros });
  /** A million micro-dollars on each of the last 14 days. */
  const steady = async (days = 14) => {
    const owner = await app.signUp();
    for (let day = days; day >= 1; day -= 1) await spend(owner, day, 1_000_000);
    return owner;
  };

  test("is told once, by however many workers, in the moment it has cost five times the median", async () => {
    const owner = await steady();
    await spend(owner, 0, 4_999_999);
    await watch();
    expect(await events(owner)).toEqual([]);
    await spend(owner, 0, 1);
    await Promise.all(Array.from({ length: 6 }, () => watch()));
    const told = [{ object: "cost_anomaly", day: dayOf(ago(0)), cost_micros: 5_000_000, usual_cost_micros: 1_000_000 }];
    expect(await events(owner)).toEqual(told);
    await spend(owner, 0, 9_000_000);
    await watch();
    expect(await events(owner)).toEqual(told);
  });

  test("is compared with days without calls too, which cost nothing, and with rolled up ones", async () => {
    const owner = await app.signUp();
    for (const day of [14, 12, 10, 8]) await spend(owner, day, 1_000_000);
    await rollUp();
    // Four of fourteen days: the median is 0, so one dollar counts.
    await spend(owner, 0, 999_999);
    await watch();
    expect(await events(owner)).toEqual([]);
    await spend(owner, 0, 1);
    await watch();
    expect(await events(owner)).toMatchObject([{ cost_micros: 1_000_000, usual_cost_micros: 0 }]);
  });

  test("is not looked for before seven days have been", async () => {
    const [young, old] = [await steady(6), await steady(7)];
    for (const owner of [young, old]) await spend(owner, 0, 50_000_000);
    await watch();
    expect([(await events(young)).length, (await events(old)).length]).toEqual([0, 1]);
  });

  test("is also told of yesterday, for what came after midnight", async () => {
    const owner = await steady();
    await spend(owner, 1, 100_000_000);
    await watch();
    expect(await events(owner)).toMatchObject([
      { day: dayOf(ago(1)), cost_micros: 101_000_000, usual_cost_micros: 1_000_000 },
    ]);
  });

  test("is also told of when it was rolled up before anybody looked", async () => {
    const owner = await steady();
    await spend(owner, 1, 100_000_000);
    await rollUp();
    await watch();
    expect(await events(owner)).toMatchObject([
      { day: dayOf(ago(1)), cost_micros: 101_000_000, usual_cost_micros: 1_000_000 },
    ]);
  });
});
