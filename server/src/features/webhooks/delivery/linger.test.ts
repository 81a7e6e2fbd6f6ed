import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startReceiver, type Receiver } from "../receiver.fixture.ts";
import { updateWebhook } from "../store.ts";
import { createWorld, type World } from "../world.fixture.ts";

let world: World;
let receiver: Receiver;
let closing: AbortController;
let hasRoom: boolean;
beforeEach(async () => {
  closing = new AbortController();
  hasRoom = true;
  [world, receiver] = await Promise.all([
    createWorld({ turnMs: 3_600_000, lingerMs: 3_600_000, hasRoom: () => hasRoom }),
    startReceiver(),
  ]);
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

const drain = (endpoint: { id: string }) => world.drain(endpoint, undefined, closing.signal);
const received = (count: number) =>
  vi.waitFor(() => expect(receiver.received.length).toBe(count), { timeout: 5_000, interval: 5 });
const finished = async (endpoint: { id: string }) => (await world.deliveries(endpoint)).map(({ status }) => status);

test("an endpoint is kept for the events that follow, and given back when the process ends", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await world.emitSample("track.created");
  const drained = drain(endpoint);
  for (const count of [1, 2, 3]) {
    await received(count);
    // Nobody claims it meanwhile: the same drain sends the next one.
    expect(await drain(endpoint)).toBe(false);
    if (count < 3) await world.emitSample("track.created");
  }
  closing.abort();
  expect(await drained).toBe(true);
  expect(await finished(endpoint)).toEqual(["succeeded", "succeeded", "succeeded"]);
  expect(receiver.received.map(({ headers }) => headers["webhook-sequence"])).toEqual(["1", "2", "3"]);
});

test("an endpoint with nothing due is given back at once when others may wait for a place", async () => {
  const endpoint = await world.endpoint(receiver.url);
  hasRoom = false;
  await world.emitSample("track.created");
  expect(await drain(endpoint)).toBe(true);
  expect(receiver.received.length).toBe(1);
});

test("an endpoint that is paused while it is kept gets nothing more, and the drain ends", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await world.emitSample("track.created");
  const drained = drain(endpoint);
  await received(1);
  await world.db.withTenant(world.accountId, (tx) =>
    updateWebhook(tx, endpoint.id, { status: "paused" }, world.clock.now()),
  );
  await world.emitSample("track.created");
  expect(await drained).toBe(true);
  expect(receiver.received.length).toBe(1);
  expect(await finished(endpoint)).toEqual(["succeeded", "pending"]);
});
