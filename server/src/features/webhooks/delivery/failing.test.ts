import { afterEach, beforeEach, expect, test } from "vitest";
import type { EventType } from "../../../generated/events.ts";
import { decodeId, encodeId } from "../../../platform/ids/index.ts";
import { startReceiver, type Receiver } from "../receiver.fixture.ts";
import { selectWebhook, updateWebhook, type WebhookRow } from "../store.ts";
import { createWorld, type World } from "../world.fixture.ts";
import { judgeFailingEndpoints } from "./failing.ts";

const hour = 3_600_000;
const day = 24 * hour;
let world: World;
let receiver: Receiver;
let endpoint: { id: string };
beforeEach(async () => {
  [world, receiver] = await Promise.all([createWorld(), startReceiver()]);
  endpoint = await world.endpoint(receiver.url, ["track.created", "track.deleted"]);
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

const failing = () => receiver.answer((response) => response.writeHead(500).end());
const working = () => receiver.answer((response) => void response.end());
const now = async (): Promise<WebhookRow> => {
  const [row] = await world.db.readTenant<WebhookRow>(world.accountId, selectWebhook(world.accountId, endpoint.id));
  if (row === undefined) throw new Error("the endpoint is gone");
  return row;
};
const events = async (type: EventType): Promise<string[]> =>
  (
    await world.db.withTenant(world.accountId, (tx) =>
      tx.query<{ data: { id: string } }>("select payload -> 'data' as data from events where type = $1", [type]),
    )
  ).map(({ data }) => data.id);
const judge = () => judgeFailingEndpoints(world);
const enable = () =>
  world.db.withTenant(world.accountId, (tx) =>
    updateWebhook(tx, endpoint.id, { status: "enabled" }, world.clock.now()),
  );
/** One event and one attempt per step, until `ms` have passed. */
const failFor = async (ms: number, stepMs: number) => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await world.emitSample("track.created");
    await world.db.withTenant(world.accountId, (tx) => tx.query("update webhooks set resting_until = null"));
    await world.drain(endpoint);
    world.advance(stepMs);
  }
};

test("after the first day of failures its owner is warned once, by event and by mail", async () => {
  failing();
  await world.emitSample("track.created");
  const since = world.clock.now();
  await world.drain(endpoint);
  expect((await now()).failing_since).toEqual(since);
  world.advance(day - 1);
  await judge();
  expect([await events("webhook.failing"), world.mails]).toEqual([[], []]);
  world.advance(1);
  await Promise.all([judge(), judge(), judge()]);
  await judge();
  expect(await events("webhook.failing")).toEqual([encodeId("whk", endpoint.id)]);
  expect(world.mails).toMatchObject([
    { accountId: world.accountId, notice: { subject: "Your webhook endpoint fails" } },
  ]);
  expect(JSON.stringify(world.mails)).not.toContain("from=test");
  expect(await now()).toMatchObject({ status: "enabled", failing_since: since });
});

test("after five days and 20 attempts without a success it is disabled, with reason, event and mail", async () => {
  failing();
  await failFor(5 * day, 6 * hour);
  await judge();
  expect(await now()).toMatchObject({
    status: "disabled",
    disabled_at: world.clock.now(),
    disabled_reason: expect.stringContaining("5 days"),
    missed_since: world.clock.now(),
  });
  expect(await events("webhook.disabled")).toEqual([encodeId("whk", endpoint.id)]);
  expect(world.mails.map(({ notice }) => notice.subject)).toEqual([
    "Your webhook endpoint fails",
    "Your webhook endpoint was disabled",
  ]);
  await judge();
  expect(world.mails).toHaveLength(2);
});

test("an endpoint with few attempts is not disabled, however long they fail", async () => {
  failing();
  await world.emitSample("track.created");
  await world.drain(endpoint);
  world.advance(20 * day);
  await judge();
  expect(await now()).toMatchObject({ status: "enabled" });
  expect(await events("webhook.failing")).toHaveLength(1);
});

test("one success clears everything, and the count of days starts anew", async () => {
  failing();
  await failFor(4 * day, 6 * hour);
  working();
  await failFor(6 * hour, 6 * hour);
  expect((await now()).failing_since).toBeNull();
  failing();
  await failFor(4 * day, 6 * hour);
  await judge();
  expect((await now()).status).toBe("enabled");
  expect(await events("webhook.failing")).toHaveLength(2);
});

test("a busy endpoint is judged when its drain ends, and never while a drain holds it", async () => {
  failing();
  await failFor(5 * day, 6 * hour);
  await world.db.withTenant(world.accountId, (tx) => tx.query("update webhooks set resting_until = null"));
  const claim = await world.kind.claim({ id: endpoint.id, accountId: world.accountId });
  await judge();
  expect((await now()).status).toBe("enabled");
  if (claim === null) throw new Error("not claimed");
  await world.emitSample("track.created");
  await world.kind.run(claim, {
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    log: undefined as never,
    delayUntil: undefined as never,
  });
  expect((await now()).status).toBe("disabled");
});

test("a 410 tells the owner too", async () => {
  receiver.answer((response) => response.writeHead(410).end());
  await world.emitSample("track.created");
  await world.drain(endpoint);
  expect(await events("webhook.disabled")).toEqual([encodeId("whk", endpoint.id)]);
  expect(world.mails).toMatchObject([{ notice: { subject: "Your webhook endpoint was disabled" } }]);
});

test("a disabled endpoint says what it missed, and nothing is written for it meanwhile", async () => {
  receiver.answer((response) => response.writeHead(410).end());
  await world.emitSample("track.created");
  await world.drain(endpoint);
  const before = await world.deliveries(endpoint);
  const other = await world.endpoint(receiver.url, ["generation.failed"]);
  world.advance(day);
  for (const type of ["track.created", "track.deleted", "generation.failed"] as const) await world.emitSample(type);
  expect(await world.deliveries(endpoint)).toEqual(before);
  expect(await world.deliveries(other)).toHaveLength(1);
  expect((await now()).missed_count).toBe(2);

  expect(await enable()).toMatchObject({
    status: "enabled",
    missed_count: 2,
    disabled_at: null,
    disabled_reason: null,
  });
  world.advance(hour);
  await world.emitSample("track.created");
  expect((await now()).missed_count).toBe(2);
});

test("enabling sends one probe first, and the rest only when it succeeds", async () => {
  receiver.answer((response) => response.writeHead(410).end());
  await world.emitSample("track.created");
  await world.drain(endpoint);
  await enable();
  for (let count = 0; count < 30; count += 1) await world.emitSample("track.created");
  failing();
  const sent = receiver.received.length;
  await world.drain(endpoint);
  expect(receiver.received.length).toBe(sent + 1);
  working();
  world.advance(60_000);
  await world.drain(endpoint);
  expect(receiver.received.length).toBe(sent + 1 + 30);
});

test("another account's failing endpoint tells only that account", async () => {
  const stranger = await world.createAccount();
  failing();
  const theirs = await world.endpointOf(stranger, receiver.url);
  await failFor(2 * day, 12 * hour);
  await judge();
  expect(await world.deliveries({ ...theirs, accountId: stranger })).toEqual([]);
  expect(new Set(world.mails.map(({ accountId }) => accountId))).toEqual(new Set([world.accountId]));
  expect(decodeId("whk", (await events("webhook.failing"))[0] ?? "")).toBe(endpoint.id);
});

test("an endpoint that cannot be judged keeps no other waiting", async () => {
  failing();
  await failFor(2 * day, 12 * hour);
  await world.db.withTenant(world.accountId, (tx) => tx.query("update webhooks set warned_at = null"));
  world.mails.length = 0;
  const notOurs = await world.createAccount();
  const broken = await world.endpointOf(notOurs, receiver.url);
  const longAgo = new Date(world.clock.now().getTime() - 3 * day);
  await world.db.withTenant(notOurs, (tx) =>
    tx.query("update webhooks set failing_since = $2, failing_attempts = 9 where id = $1", [broken.id, longAgo]),
  );
  const notify: typeof world.notify = async (tx, accountId, notice) => {
    if (accountId === notOurs) throw new Error("its mail cannot be written");
    await world.notify(tx, accountId, notice);
  };
  await expect(judgeFailingEndpoints({ ...world, notify })).rejects.toThrow(
    "1 failing webhook endpoints could not be judged",
  );
  expect(world.mails.map(({ accountId }) => accountId)).toEqual([world.accountId]);
});
