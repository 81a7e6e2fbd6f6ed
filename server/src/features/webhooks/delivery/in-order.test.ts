import { Client } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { retryDelivery } from "../delivery-store.ts";
import { startReceiver, type Receiver } from "../receiver.fixture.ts";
import { updateWebhook } from "../store.ts";
import { createWorld, type World } from "../world.fixture.ts";

let world: World;
let receiver: Receiver;
beforeEach(async () => {
  [world, receiver] = await Promise.all([createWorld(), startReceiver()]);
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

const minutes = 60_000;
const ordered = (onFailure: "skip" | "pause" = "skip") =>
  world.endpoint(receiver.url, ["track.deleted"], { ordered: true, ordered_on_failure: onFailure });
const emitMany = (count: number, from = 1) =>
  world.db.withTenant(world.accountId, async (tx) => {
    for (let id = from; id < from + count; id += 1) {
      await world.emit(tx, { type: "track.deleted", data: { object: "track", id: `trk_${id}`, deleted: true } });
    }
  });
const order = () => receiver.received.map(({ headers }) => Number(headers["webhook-sequence"]));
const states = async (endpoint: { id: string }) =>
  (await world.deliveries(endpoint))
    .toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
    .map(({ status }) => status);
/** Moves to the next attempt of whatever blocks, until nothing is pending or the endpoint is not enabled. */
const runOn = async (endpoint: { id: string }, turns = 400) => {
  for (
    let turn = 0;
    turn < turns && (await world.deliveries(endpoint)).some(({ status }) => status === "pending");
    turn += 1
  ) {
    if (!(await world.drain(endpoint))) world.advance(60 * minutes);
  }
};

test("one at a time and in sequence, also a backlog of several batches", async () => {
  const endpoint = await ordered();
  await emitMany(230);
  await world.drain(endpoint);
  expect(order()).toEqual(Array.from({ length: 230 }, (_, index) => index + 1));
  expect(receiver.peak()).toBe(1);
  expect(receiver.received.map(({ body }) => /trk_\d+/.exec(body)?.[0])).toEqual(order().map((id) => `trk_${id}`));
});

test("a delivery that fails blocks those behind it until it succeeds, and nobody looks before it is due", async () => {
  const endpoint = await ordered();
  await emitMany(5);
  receiver.answer((response, _received, count) => response.writeHead(count >= 3 && count <= 5 ? 500 : 200).end());
  await world.drain(endpoint);
  expect(order()).toEqual([1, 2, 3]);
  expect(await world.kind.due(10)).toEqual([]);
  world.advance(999);
  expect(await world.drain(endpoint)).toBe(false);
  world.advance(1);
  await world.drain(endpoint);
  world.advance(2_000);
  await world.drain(endpoint);
  world.advance(4_000);
  await emitMany(2, 6);
  await world.drain(endpoint);
  expect(order()).toEqual([1, 2, 3, 3, 3, 3, 4, 5, 6, 7]);
});

test("whatever fails whenever, successes come in sequence and none twice (permutations)", async () => {
  const endpoint = await ordered();
  let random = 11;
  const next = (below: number) => (random = (random * 48_271) % 2_147_483_647) % below;
  const accepted: number[] = [];
  receiver.answer((response, { headers }) => {
    const good = next(3) > 0;
    if (good) accepted.push(Number(headers["webhook-sequence"]));
    response.writeHead(good ? 200 : next(2) === 0 ? 429 : 500).end();
  });
  for (let round = 0; round < 6; round += 1) {
    await Promise.all([emitMany(5), emitMany(3), world.drain(endpoint), world.drain(endpoint)]);
  }
  await runOn(endpoint);
  expect(accepted).toEqual(Array.from({ length: 48 }, (_, index) => index + 1));
  expect(receiver.peak()).toBe(1);
});

test("skip: one that is given up leaves a gap that the receiver sees, and the next ones go on", async () => {
  const endpoint = await ordered("skip");
  await emitMany(3);
  receiver.answer((response, { headers }) => response.writeHead(headers["webhook-sequence"] === "2" ? 500 : 200).end());
  await runOn(endpoint);
  expect(await states(endpoint)).toEqual(["succeeded", "failed", "succeeded"]);
  expect(order()).toEqual([1, ...Array<number>(12).fill(2), 3]);
});

test("pause: one that is given up pauses the endpoint and tells its owner; retried by hand it goes first", async () => {
  const endpoint = await ordered("pause");
  await emitMany(4);
  receiver.answer((response, { headers }) => response.writeHead(headers["webhook-sequence"] === "2" ? 500 : 200).end());
  await runOn(endpoint);
  expect(await states(endpoint)).toEqual(["succeeded", "failed", "pending", "pending"]);
  expect(world.mails.at(-1)).toMatchObject({ notice: { subject: "Your webhook endpoint was paused" } });
  const enable = (tx: Parameters<typeof updateWebhook>[0]) =>
    updateWebhook(tx, endpoint.id, { status: "enabled" }, world.clock.now());
  receiver.answer((response) => void response.end());
  const failed = (await world.deliveries(endpoint)).find(({ status }) => status === "failed");
  const before = order().length;
  // In this order, as the mail says: what is retried after the endpoint is enabled would come too late.
  const retried = await world.db.withTenant(world.accountId, (tx) =>
    retryDelivery(tx, endpoint.id, failed?.id ?? "", world.clock.now()),
  );
  expect(retried).toMatchObject({ status: "pending" });
  expect(await world.drain(endpoint)).toBe(false);
  await world.db.withTenant(world.accountId, enable);
  await world.drain(endpoint);
  expect(order().slice(before)).toEqual([2, 3, 4]);
});

test("pause: a worker that cannot write the last result down has paused the endpoint all the same", async () => {
  const endpoint = await ordered("pause");
  await emitMany(2);
  await world.db.withTenant(world.accountId, (tx) => tx.query("update webhook_deliveries set attempts_count = 11"));
  const owner = new Client({ connectionString: world.ownerUrl });
  await owner.connect();
  await owner.query("alter table webhook_deliveries add constraint unwritable check (attempts_count < 12) not valid");
  receiver.answer((response) => void response.writeHead(500).end());
  await expect(world.drain(endpoint)).rejects.toThrow("unwritable");
  await owner.query("alter table webhook_deliveries drop constraint unwritable");
  await owner.end();
  world.advance(24 * 60 * minutes);
  expect(await world.drain(endpoint)).toBe(false);
  expect(order()).toEqual([1]);
  expect(world.mails.at(-1)).toMatchObject({ notice: { subject: "Your webhook endpoint was paused" } });
});

test("an endpoint that is no longer in order does not wait for the delivery that blocked it", async () => {
  const endpoint = await ordered();
  await emitMany(2);
  receiver.answer((response, { headers }) => response.writeHead(headers["webhook-sequence"] === "1" ? 500 : 200).end());
  await world.drain(endpoint);
  expect(await world.kind.due(10)).toEqual([]);
  await world.db.withTenant(world.accountId, (tx) =>
    updateWebhook(tx, endpoint.id, { ordered: false }, world.clock.now()),
  );
  expect(await world.drain(endpoint)).toBe(true);
  expect(order()).toEqual([1, 2]);
});

test("an endpoint that becomes ordered first finishes what was being retried", async () => {
  const endpoint = await world.endpoint(receiver.url, ["track.deleted"]);
  receiver.answer((response, { headers }) => response.writeHead(headers["webhook-sequence"] === "1" ? 500 : 200).end());
  await emitMany(2);
  await world.drain(endpoint);
  await world.db.withTenant(world.accountId, (tx) =>
    updateWebhook(tx, endpoint.id, { ordered: true }, world.clock.now()),
  );
  await emitMany(1, 3);
  await world.drain(endpoint);
  receiver.answer((response) => void response.end());
  world.advance(5_000);
  await world.drain(endpoint);
  expect(order()).toEqual(expect.arrayContaining([1, 2, 3]));
  expect(order().slice(-2)).toEqual([1, 3]);
});

test("a request that hangs for long holds up nobody else's endpoint", async () => {
  const [other, endpoint] = [await startReceiver(), await ordered()];
  const healthy = await world.endpoint(other.url);
  receiver.answer(() => {});
  await emitMany(3);
  const hanging = world.drain(endpoint);
  await vi.waitFor(() => expect(receiver.received.length).toBe(1));
  await world.drain(healthy);
  expect(other.received.length).toBe(3);
  await receiver.close();
  await hanging;
  await other.close();
  receiver = await startReceiver();
});
