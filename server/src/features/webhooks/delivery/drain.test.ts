import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encodeId } from "../../../platform/ids/index.ts";
import { startReceiver, verify, type Receiver } from "../receiver.fixture.ts";
import { deleteWebhook, updateWebhook } from "../store.ts";
import { createWorld, type World } from "../world.fixture.ts";

let world: World;
let receiver: Receiver;
beforeEach(async () => {
  [world, receiver] = await Promise.all([createWorld({ limits: { headMs: 400, totalMs: 600 } }), startReceiver()]);
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

const lastOf = async (endpoint: { id: string }) => {
  const delivery = (await world.deliveries(endpoint)).at(-1);
  if (delivery === undefined) throw new Error("no delivery");
  return delivery;
};

test("an event arrives signed, byte for byte as stored, and the reference library verifies it", async () => {
  const endpoint = await world.endpoint(receiver.url);
  const eventId = await world.emitSample("track.created");
  await world.drain(endpoint);

  const [received] = receiver.received;
  if (received === undefined) throw new Error("nothing was received");
  const payload = verify(endpoint.secret, received);
  expect(payload).toMatchObject({ id: encodeId("evt", eventId), type: "track.created", data: { object: "track" } });
  expect(received.path).toBe("/hooks?from=test");
  expect(received.headers).toMatchObject({
    "webhook-id": encodeId("evt", eventId),
    "content-type": "application/json",
    "accept-encoding": "identity",
    "x-request-id": "req_test",
  });
  const [stored] = await world.db.withTenant(world.accountId, (tx) =>
    tx.query<{ payload: string }>("select payload::text as payload from events where id = $1", [eventId]),
  );
  expect(received.body).toBe(stored?.payload);
  expect(await lastOf(endpoint)).toMatchObject({ status: "succeeded", attempts_count: 1, last_status_code: 200 });
});

test("the log keeps request, answer and error class of every attempt, the signature shortened", async () => {
  const endpoint = await world.endpoint(receiver.url);
  receiver.answer((response) => response.writeHead(503, { "x-reason": "asleep" }).end("z".repeat(9_000)));
  await world.emitSample("track.created");
  await world.drain(endpoint);
  receiver.answer((response) => void response.end());
  world.advance(1_000);
  await world.drain(endpoint);

  const delivery = await lastOf(endpoint);
  expect(delivery).toMatchObject({ status: "succeeded", attempts_count: 2, last_error: null, next_attempt_at: null });
  const [first, second] = await world.attempts(delivery.id);
  expect(first).toMatchObject({ number: 1, status_code: 503, error: "status_503" });
  expect(first?.response_headers).toMatchObject({ "x-reason": "asleep" });
  expect(first?.response_body?.length).toBe(4_096);
  expect(first?.request_headers["webhook-id"]).toBe(encodeId("evt", delivery.event_id));
  expect(first?.request_headers["webhook-signature"]).toMatch(/^v1,.{8}…$/);
  expect(second).toMatchObject({ number: 2, status_code: 200, error: null, response_body: null });
});

test("a failed delivery is tried on the published schedule with the same id, and then fails", async () => {
  const endpoint = await world.endpoint(receiver.url, ["track.created"]);
  receiver.answer((response) => response.writeHead(500).end());
  await world.emitSample("track.created");

  const waits: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    await world.db.withTenant(world.accountId, (tx) => tx.query("update webhooks set resting_until = null"));
    await world.drain(endpoint);
    const { next_attempt_at: next } = await lastOf(endpoint);
    if (next === null) break;
    const wait = next.getTime() - world.clock.now().getTime();
    waits.push(wait / 1_000);
    world.advance(wait - 1);
    await world.drain(endpoint);
    expect(receiver.received.length).toBe(round + 1);
    world.advance(1);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 300, 1_800, 7_200, 18_000, 36_000, 86_400]);
  expect(await lastOf(endpoint)).toMatchObject({ status: "failed", attempts_count: 12, last_error: "status_500" });
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
});

test("Retry-After is honoured, and the whole endpoint rests as long", async () => {
  const endpoint = await world.endpoint(receiver.url);
  receiver.answer((response) => response.writeHead(429, { "retry-after": "120" }).end());
  await world.emitSample("track.created");
  await world.drain(endpoint);
  const { next_attempt_at: next } = await lastOf(endpoint);
  expect(next?.getTime()).toBe(world.clock.now().getTime() + 120_000);

  await world.emitSample("track.deleted");
  expect(await world.drain(endpoint)).toBe(false);
  expect(await world.kind.due(10)).toEqual([]);
  receiver.answer((response) => void response.end());
  world.advance(120_000);
  expect(await world.kind.due(10)).toEqual([{ id: endpoint.id, accountId: world.accountId }]);
  await world.drain(endpoint);
  expect(receiver.received.length).toBe(3);
});

test("an event wakes the endpoints that can take it, and none that rests or is paused", async () => {
  const [awake, resting, paused] = [
    await world.endpoint(receiver.url),
    await world.endpoint(receiver.url),
    await world.endpoint(receiver.url),
  ];
  await world.db.withTenant(world.accountId, async (tx) => {
    await tx.query("update webhooks set resting_until = $2 where id = $1", [
      resting.id,
      new Date(world.clock.now().getTime() + 30_000),
    ]);
    await updateWebhook(tx, paused.id, { status: "paused" }, world.clock.now());
  });
  await world.emitSample("track.created");
  expect(world.enqueued.map(({ id }) => id)).toEqual([awake.id]);
  for (const endpoint of [awake, resting, paused])
    expect(await world.deliveries(endpoint)).toMatchObject([{ status: "pending" }]);
  // Sweepers find the one that has rested; its owner wakes the other.
  world.advance(30_000);
  expect((await world.kind.due(10)).map(({ id }) => id)).toEqual(expect.arrayContaining([awake.id, resting.id]));
  expect(await world.kind.due(10)).toHaveLength(2);
});

test("a 410 of the old address does not disable an endpoint that has been given a new one meanwhile", async () => {
  const endpoint = await world.endpoint(receiver.url);
  receiver.answer(async (response) => {
    const url = `${receiver.url}&moved`;
    await world.db.withTenant(world.accountId, (tx) =>
      updateWebhook(tx, endpoint.id, { url: { href: url, appClientId: null } }, world.clock.now()),
    );
    response.writeHead(410).end();
  });
  await world.emitSample("track.created");
  await world.drain(endpoint);
  const rows = await world.db.withTenant(world.accountId, (tx) =>
    tx.query("select status, disabled_reason from webhooks"),
  );
  expect(rows).toEqual([{ status: "enabled", disabled_reason: null }]);
});

test("410 disables the endpoint with the reason, and nothing is sent to it any more", async () => {
  const endpoint = await world.endpoint(receiver.url);
  receiver.answer((response) => response.writeHead(410).end());
  await world.emitSample("track.created");
  await world.drain(endpoint);
  expect(await lastOf(endpoint)).toMatchObject({ status: "failed", last_error: "status_410" });
  const [row] = await world.db.withTenant(world.accountId, (tx) =>
    tx.query<{ status: string; disabled_reason: string }>("select status, disabled_reason from webhooks"),
  );
  expect(row?.status).toBe("disabled");
  expect(row?.disabled_reason).toContain("410");
  await world.emitSample("track.deleted");
  expect(await world.drain(endpoint)).toBe(false);
  expect(receiver.received.length).toBe(1);
});

test.each([
  ["says nothing", "timeout", null],
  ["resets the connection in the middle of its answer", "reset", 200],
  ["redirects", "status_302", 302],
])("an endpoint that %s has failed", async (behaviour, error, status) => {
  const endpoint = await world.endpoint(receiver.url);
  receiver.answer((response) => {
    if (behaviour === "redirects") response.writeHead(302, { location: receiver.url }).end();
    else if (status === 200) {
      response.writeHead(200, { "content-length": "10" }).write("half", () => response.destroy());
    }
  });
  await world.emitSample("track.created");
  await world.drain(endpoint);
  expect(await lastOf(endpoint)).toMatchObject({ status: "pending", last_error: error, last_status_code: status });
  expect(receiver.received.length).toBe(1);
});

test("an endpoint that hangs does not delay another one", async () => {
  const other = await startReceiver();
  const [hanging, healthy] = [await world.endpoint(receiver.url), await world.endpoint(other.url)];
  receiver.answer(() => {});
  for (let count = 0; count < 30; count += 1) await world.emitSample("track.created");
  const order: string[] = [];
  const hang = world.drain(hanging).then(() => order.push("hanging"));
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(0));
  await world.drain(healthy).then(() => order.push("healthy"));
  expect(other.received.length).toBe(30);
  await hang;
  expect(order).toEqual(["healthy", "hanging"]);
  await other.close();
});

test("a dead endpoint costs one probe after each rest, until it answers again", async () => {
  const endpoint = await world.endpoint(receiver.url);
  receiver.answer((response) => response.writeHead(500).end());
  for (let count = 0; count < 60; count += 1) await world.emitSample("track.created");
  await world.drain(endpoint);
  const opened = receiver.received.length;
  expect(opened).toBeLessThan(30);
  for (const rest of [30_000, 60_000, 120_000]) {
    world.advance(rest - 1);
    expect(await world.drain(endpoint)).toBe(false);
    world.advance(1);
    await world.drain(endpoint);
  }
  expect(receiver.received.length).toBe(opened + 3);
  receiver.answer((response) => void response.end());
  world.advance(240_000);
  await world.drain(endpoint);
  const states = (await world.deliveries(endpoint)).map(({ status }) => status);
  expect(states.filter((status) => status === "succeeded").length).toBe(60);
});

test("requests to one endpoint stay within its slots, and a backlog of many batches is sent once each", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await world.db.withTenant(world.accountId, async (tx) => {
    for (let count = 0; count < 700; count += 1) {
      await world.emit(tx, { type: "track.deleted", data: { object: "track", id: `trk_${count}`, deleted: true } });
    }
  });
  await world.drain(endpoint);
  expect(receiver.received.length).toBe(700);
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(700);
  expect(receiver.peak()).toBeLessThanOrEqual(16);
  expect((await world.deliveries(endpoint)).every(({ status }) => status === "succeeded")).toBe(true);
});

test("what becomes due while the drain is finishing is sent by it, or found due right after", async () => {
  const endpoint = await world.endpoint(receiver.url);
  let emitted = 0;
  receiver.answer((response) => {
    if (emitted >= 20) return void response.end();
    emitted += 1;
    void world.emitSample("track.created").then(() => response.end());
  });
  await world.emitSample("track.created");
  await world.drain(endpoint);
  while ((await world.kind.due(1, [endpoint])).length > 0) await world.drain(endpoint);
  expect(receiver.received.length).toBe(21);
});

test("while a request hangs, new events still use the other slots", async () => {
  const endpoint = await world.endpoint(receiver.url);
  let release = () => {};
  receiver.answer((response, _received, count) => {
    if (count === 1) release = () => response.end();
    else response.end();
  });
  await world.emitSample("track.created");
  const drained = world.drain(endpoint);
  await vi.waitFor(() => expect(receiver.received.length).toBe(1));
  await world.emitSample("track.deleted");
  await vi.waitFor(() => expect(receiver.received.length).toBe(2), { interval: 5, timeout: 350 });
  release();
  await drained;
});

test("a holder that died leaves its deliveries to the next one, with the same webhook-id", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await world.emitSample("track.created");
  // Claimed and sent, but the process ended before anything was written.
  expect(await world.kind.claim({ id: endpoint.id, accountId: world.accountId })).not.toBeNull();
  expect(await world.drain(endpoint)).toBe(false);
  expect(await world.kind.due(10)).toEqual([]);
  await world.endLeases();
  expect(await world.kind.due(10)).toHaveLength(1);
  await world.drain(endpoint);
  expect(receiver.received.length).toBe(1);
  expect((await lastOf(endpoint)).status).toBe("succeeded");
});

test("two drains never hold the same endpoint", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await world.emitSample("track.created");
  const pointer = { id: endpoint.id, accountId: world.accountId };
  const claims = await Promise.all(Array.from({ length: 8 }, () => world.kind.claim(pointer)));
  expect(claims.filter((claim) => claim !== null).length).toBe(1);
});

test("a drain that is told to stop finishes what is open and leaves the rest due", async () => {
  const endpoint = await world.endpoint(receiver.url);
  for (let count = 0; count < 40; count += 1) await world.emitSample("track.created");
  const stop = new AbortController();
  receiver.answer((response) => {
    stop.abort();
    response.end();
  });
  await world.drain(endpoint, stop.signal);
  const states = (await world.deliveries(endpoint)).map(({ status }) => status);
  expect(states.filter((status) => status === "succeeded").length).toBe(receiver.received.length);
  expect(receiver.received.length).toBeLessThanOrEqual(16);
  expect(await world.kind.due(10)).toHaveLength(1);
});

test("a target that is not allowed is refused without telling what is there", async () => {
  const endpoint = await world.endpoint("http://10.0.0.1/hooks");
  await world.emitSample("track.created");
  await world.drain(endpoint);
  const delivery = await lastOf(endpoint);
  expect(delivery).toMatchObject({ status: "pending", last_error: "refused_address", last_status_code: null });
  const [attempt] = await world.attempts(delivery.id);
  expect(attempt).toMatchObject({ response_headers: null, response_body: null });
});

test("a pause in the middle of a backlog stops it, and what was not sent stays pending", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await world.db.withTenant(world.accountId, async (tx) => {
    for (let count = 0; count < 900; count += 1) {
      await world.emit(tx, { type: "track.deleted", data: { object: "track", id: `trk_${count}`, deleted: true } });
    }
  });
  const pause = () =>
    world.db.withTenant(world.accountId, (tx) =>
      updateWebhook(tx, endpoint.id, { status: "paused" }, world.clock.now()),
    );
  receiver.answer((response, _received, count) => {
    if (count === 50) void pause().then(() => response.end());
    else response.end();
  });
  await world.drain(endpoint);
  const states = (await world.deliveries(endpoint)).map(({ status }) => status);
  expect(receiver.received.length).toBeLessThan(900);
  expect(states.filter((status) => status === "pending").length).toBe(900 - receiver.received.length);
});

test("a delivery canceled while its request is open stays canceled, and the attempt is in the log", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await world.emitSample("track.created");
  const remove = () => world.db.withTenant(world.accountId, (tx) => deleteWebhook(tx, endpoint.id, world.clock.now()));
  receiver.answer((response) => void remove().then(() => response.end()));
  await world.drain(endpoint);
  const delivery = await lastOf(endpoint);
  expect(delivery).toMatchObject({ status: "canceled", attempts_count: 1, last_status_code: 200 });
  expect(await world.attempts(delivery.id)).toMatchObject([{ number: 1, status_code: 200 }]);
});
