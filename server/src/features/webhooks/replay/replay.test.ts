import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EventType } from "../../../generated/events.ts";
import { createCursors } from "../../../platform/http/cursor.ts";
import { encodeId } from "../../../platform/ids/index.ts";
import { WorkDelayed } from "../../../platform/work/index.ts";
import { caller } from "../call.fixture.ts";
import { plainKeyRing } from "../key-ring.fixture.ts";
import { startReceiver, type Receiver } from "../receiver.fixture.ts";
import { webhooksRoutes } from "../routes.ts";
import { createWorld, type World } from "../world.fixture.ts";
import { createReplayWork } from "./work.ts";

let world: World;
let receiver: Receiver;
let routes: ReturnType<typeof webhooksRoutes>;
let call: ReturnType<typeof caller>;
let replays: ReturnType<typeof createReplayWork>;
let endpoint: { id: string };
let start: string;
beforeEach(async () => {
  [world, receiver] = await Promise.all([createWorld(), startReceiver()]);
  const { db, clock, work } = world;
  const cursors = createCursors([{ key: randomBytes(32) }]);
  routes = webhooksRoutes({ db, clock, work, cursors, keyRing: plainKeyRing, policy: { allowLoopback: true } });
  call = caller(db);
  replays = createReplayWork({ db, clock, work, leaseMs: 30_000 });
  endpoint = await world.endpoint(receiver.url, ["track.deleted", "track.created"]);
  start = world.clock.now().toISOString();
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

interface Replay {
  id: string;
  status: string;
  replayed_count: number;
  progress: number;
}
const at = (more: Record<string, string> = {}) => ({
  accountId: world.accountId,
  path: { webhook_id: encodeId("whk", endpoint.id), ...more },
});
const replay = async (body: Record<string, unknown>) =>
  (await call(routes.createWebhookReplay, { ...at(), body: { since: start, ...body } })).body as unknown as Replay;
const get = async ({ id }: Replay) =>
  (await call(routes.getWebhookReplay, at({ replay_id: id }))).body as unknown as Replay;
const emitMany = (count: number) =>
  world.db.withTenant(world.accountId, async (tx) => {
    for (let made = 0; made < count; made += 1) {
      await world.emit(tx, { type: "track.deleted", data: { object: "track", id: `trk_${made}`, deleted: true } });
    }
  });
const drain = async () => {
  while ((await world.kind.due(1, [{ id: endpoint.id, accountId: world.accountId }])).length > 0)
    await world.drain(endpoint);
};
/** One step, as the work engine takes it. False: none was due. */
const step = async (): Promise<boolean> => {
  const [pointer] = await replays.due(1);
  const claim = pointer === undefined ? null : await replays.claim(pointer);
  if (claim === null) return false;
  const delayUntil = (until: Date): never => {
    throw new WorkDelayed(until);
  };
  await replays
    .run(claim, {
      signal: new AbortController().signal,
      closing: new AbortController().signal,
      log: undefined as never,
      delayUntil,
    })
    .catch((error: unknown) => {
      if (!(error instanceof WorkDelayed)) throw error;
    });
  return true;
};
const runAll = async (one: Replay) => {
  for (let turn = 0; turn < 500 && (await get(one)).status === "running"; turn += 1) {
    await step();
    await drain();
    world.advance(200);
  }
  return get(one);
};
const statuses = async () => (await world.deliveries(endpoint)).map(({ status }) => status);
/** Without rests: the breaker has its own tests. */
const giveUpAll = () =>
  world.db.withTenant(world.accountId, (tx) =>
    tx.query(
      `update webhook_deliveries set status = 'failed', next_attempt_at = null, finished_at = now(), attempts_count = 12 where status = 'pending'`,
    ),
  );
const disable = () =>
  world.db.withTenant(world.accountId, (tx) =>
    tx.query(`update webhooks set status = 'disabled', disabled_reason = 'test', disabled_at = $1, missed_since = $1`, [
      world.clock.now(),
    ]),
  );
const enable = () => call(routes.updateWebhook, { ...at(), body: { status: "enabled" } });

test("a time that begins before there were computers is answered, not an error", async () => {
  await emitMany(2);
  await drain();
  world.advance(1_000);
  const one = await runAll(await replay({ since: "1905-06-30T00:00:00Z", only: "all" }));
  expect(one).toMatchObject({ status: "completed", replayed_count: 2, progress: 1 });
});

test("all that failed since a time goes out again with its webhook-id and a whole new schedule", async () => {
  await emitMany(3);
  await drain();
  const ids = new Set(receiver.received.map(({ headers }) => headers["webhook-id"]));
  await emitMany(60);
  await giveUpAll();
  const before = receiver.received.length;
  receiver.answer((response, _received, count) => response.writeHead(count === before + 1 ? 500 : 200).end());
  world.advance(1_000);
  const done = await runAll(await replay({}));
  expect(done).toMatchObject({ status: "completed", progress: 1, replayed_count: 60, failed_count: 0, only: "failed" });
  world.advance(2_000);
  await drain();
  expect(new Set(await statuses())).toEqual(new Set(["succeeded"]));
  expect(receiver.received.length).toBe(before + 61);
  const again = new Set(receiver.received.slice(before).map(({ headers }) => headers["webhook-id"]));
  expect(again.size).toBe(60);
  expect([...again].some((id) => ids.has(id))).toBe(false);
  expect(await get(done)).toMatchObject({ pending_count: 0, succeeded_count: 60 });
});

test("what a disabled endpoint missed is recovered, each event once, and the offer ends", async () => {
  await emitMany(2);
  await drain();
  await disable();
  world.advance(1_000);
  await emitMany(40);
  await world.emitSample("generation.failed");
  world.advance(1_000);
  expect((await enable()).body).toMatchObject({ missed_count: 40, missed_since: expect.any(String) });
  world.advance(1_000);
  await emitMany(1);
  const done = await runAll(await replay({ only: "missed" }));
  expect(done).toMatchObject({ status: "completed", replayed_count: 40 });
  expect((await call(routes.getWebhook, at())).body).toMatchObject({ missed_count: null, missed_since: null });
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(43);
  expect(receiver.received.length).toBe(43);
  expect((await runAll(await replay({ only: "missed" }))).replayed_count).toBe(0);
});

test("a test that was meant for another endpoint is never replayed to this one", async () => {
  const other = await world.endpoint(receiver.url, ["generation.failed"]);
  await call(routes.testWebhook, {
    accountId: world.accountId,
    path: { webhook_id: encodeId("whk", other.id) },
    body: { type: "track.created" },
  });
  world.advance(1_000);
  expect((await runAll(await replay({ only: "all" }))).replayed_count).toBe(0);
  expect((await runAll(await replay({ only: "missed" }))).replayed_count).toBe(0);
});

test("all: what succeeded too, of the chosen types and time only", async () => {
  await emitMany(2);
  world.advance(1_000);
  const since = world.clock.now().toISOString();
  await emitMany(3);
  await world.emitSample("track.created");
  world.advance(1_000);
  const until = world.clock.now().toISOString();
  await emitMany(4);
  await drain();
  const types: EventType[] = ["track.deleted"];
  const done = await runAll(await replay({ only: "all", since, until, event_types: types }));
  expect(done.replayed_count).toBe(3);
  expect(receiver.received.length).toBe(10 + 3);
});

test("no cap: more events than one look, and pages without anything wanted, are gone through to the end", async () => {
  for (let batch = 0; batch < 3; batch += 1) {
    await emitMany(400);
    await drain();
    world.advance(1_000);
  }
  await emitMany(30);
  await giveUpAll();
  world.advance(1_000);
  expect(await runAll(await replay({}))).toMatchObject({ status: "completed", replayed_count: 30 });
});

test("a fresh event waits for 25 replayed ones at most, and a capped or ordered endpoint for less", async () => {
  await emitMany(120);
  await giveUpAll();
  world.advance(1_000);
  const one = await replay({});
  for (let count = 0; count < 5; count += 1) {
    await step();
    world.advance(500);
  }
  expect((await statuses()).filter((status) => status === "pending").length).toBe(25);
  await world.emitSample("track.created");
  await drain();
  expect(receiver.received.findIndex(({ body }) => body.includes("track.created"))).toBeLessThanOrEqual(25);
  for (const [settings, room] of [
    ["max_per_second = 3", 3],
    ["max_per_second = null, ordered = true", 5],
  ] as const) {
    await world.db.withTenant(world.accountId, (tx) => tx.query(`update webhooks set ${settings}`));
    await step();
    world.advance(500);
    await step();
    world.advance(500);
    expect((await statuses()).filter((status) => status === "pending").length).toBe(room);
    await world.db.withTenant(world.accountId, (tx) =>
      tx.query("update webhooks set max_per_second = null, ordered = false"),
    );
    await drain();
  }
  expect((await runAll(one)).replayed_count).toBe(120);
});

test("a canceled replay puts nothing more up; a completed one cannot be canceled; one at a time per endpoint", async () => {
  await emitMany(80);
  await giveUpAll();
  world.advance(1_000);
  const one = await replay({});
  await step();
  await expect(replay({})).rejects.toMatchObject({ code: "webhook_replay_running" });
  const canceled = await call(routes.cancelWebhookReplay, at({ replay_id: one.id }));
  expect(canceled.body).toMatchObject({ status: "canceled", replayed_count: 25, pending_count: 25 });
  expect((await call(routes.cancelWebhookReplay, at({ replay_id: one.id }))).body).toEqual(canceled.body);
  world.advance(60_000);
  expect(await step()).toBe(false);
  const rest = await runAll(await replay({}));
  expect(rest).toMatchObject({ status: "completed", replayed_count: 55 });
  await expect(call(routes.cancelWebhookReplay, at({ replay_id: rest.id }))).rejects.toMatchObject({
    code: "webhook_replay_finished",
  });
  const { body } = await call(routes.listWebhookReplays, { ...at(), query: { limit: 1 } });
  expect(body).toMatchObject({ has_more: true, data: [{ id: rest.id }] });
});

test("it waits while its endpoint is paused or disabled, and ends with its endpoint", async () => {
  await emitMany(10);
  await giveUpAll();
  await call(routes.updateWebhook, { ...at(), body: { status: "paused" } });
  world.advance(1_000);
  const one = await replay({});
  await step();
  expect(await get(one)).toMatchObject({ status: "running", replayed_count: 0 });
  await enable();
  world.advance(10_000);
  expect((await runAll(one)).replayed_count).toBe(10);
  await giveUpAll();
  const other = await replay({ only: "all" });
  await call(routes.deleteWebhook, at());
  await step();
  await expect(get(other)).rejects.toMatchObject({ code: "not_found" });
  world.advance(60_000);
  expect(await replays.due(10)).toEqual([]);
});

test("two workers never take the same step, and one that lost its lease does nothing", async () => {
  await emitMany(50);
  await giveUpAll();
  world.advance(1_000);
  await replay({});
  const [pointer] = await replays.due(1);
  if (pointer === undefined) throw new Error("nothing is due");
  const claims = await Promise.all(Array.from({ length: 5 }, () => replays.claim(pointer)));
  const [first] = claims.filter((claim) => claim !== null);
  expect(claims.filter((claim) => claim !== null).length).toBe(1);
  // However wrong a worker's own clock is.
  const ahead = createReplayWork({
    ...world,
    clock: { now: () => new Date(world.clock.now().getTime() + 3_600_000) },
    leaseMs: 30_000,
  });
  expect([await ahead.due(1), await ahead.claim(pointer)]).toEqual([[], null]);
  await world.db.asSystem("a test lets the lease run out", (tx) =>
    tx.query("update webhook_replays set lease_until = now() - interval '1 millisecond'"),
  );
  await step();
  if (!first) throw new Error("no claim");
  await replays.run(first, {
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    log: undefined as never,
    delayUntil: undefined as never,
  });
  expect((await statuses()).filter((status) => status === "pending").length).toBe(25);
});

test("an end before its beginning is refused, naming the field", async () => {
  const body = { since: start, until: start };
  await expect(call(routes.createWebhookReplay, { ...at(), body })).rejects.toMatchObject({
    code: "validation_failed",
    options: { errors: [{ path: "/body/until", code: "not_after_since" }] },
  });
});
