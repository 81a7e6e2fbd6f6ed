import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeId } from "../../../platform/ids/index.ts";
import { startReceiver, type Receiver } from "../receiver.fixture.ts";
import { createWorld, type World } from "../world.fixture.ts";

let world: World;
let receiver: Receiver;
beforeEach(async () => {
  [world, receiver] = await Promise.all([createWorld(), startReceiver()]);
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

const deleted = (id: number) =>
  ({ type: "track.deleted", data: { object: "track", id: `trk_${id}`, deleted: true } }) as const;
const emit = (id: number) => world.db.withTenant(world.accountId, (tx) => world.emit(tx, deleted(id)));
const emitMany = (count: number) =>
  world.db.withTenant(world.accountId, async (tx) => {
    for (let made = 0; made < count; made += 1) await world.emit(tx, deleted(made));
  });
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
/** The numbers that each event came with. */
const seen = (): Map<string, Set<number>> => {
  const numbers = new Map<string, Set<number>>();
  for (const { headers } of receiver.received) {
    const id = String(headers["webhook-id"]);
    numbers.set(id, (numbers.get(id) ?? new Set()).add(Number(headers["webhook-sequence"])));
  }
  return numbers;
};
const expectGapFree = (count: number) => {
  const numbers = [...seen().values()];
  expect(
    numbers.every((one) => one.size === 1),
    "an event came with two numbers",
  ).toBe(true);
  expect(numbers.flatMap((one) => [...one]).toSorted((a, b) => a - b)).toEqual(upTo(count));
};
const drainAll = async (endpoint: { id: string }) => {
  while ((await world.kind.due(1, [{ id: endpoint.id, accountId: world.accountId }])).length > 0)
    await world.drain(endpoint);
};

test("numbers are gap-free from 1 per endpoint, in order of creation, and a retry has its own again", async () => {
  const [one, other] = [
    await world.endpoint(receiver.url),
    await world.endpoint("http://127.0.0.1:1/", ["track.created"]),
  ];
  const ids: string[] = [];
  for (let count = 0; count < 40; count += 1) {
    ids.push(encodeId("evt", await emit(count)));
    if (count % 7 === 0) await world.emitSample("track.created");
    if (count % 10 === 9) await drainAll(one);
  }
  let failing = true;
  receiver.answer((response, { body }) => response.writeHead(failing && body.includes("trk_4") ? 500 : 200).end());
  await emitMany(50);
  await drainAll(one);
  failing = false;
  world.advance(1_000);
  await drainAll(one);
  expectGapFree(40 + 6 + 50);
  const numbers = seen();
  const inOrder = ids.map((id) => [...(numbers.get(id) ?? [])][0] ?? 0);
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  await drainAll(other);
  expect((await world.deliveries(other)).map(({ sequence }) => sequence)).toEqual(upTo(6));
  expect((await world.deliveries(one)).map(({ sequence }) => sequence).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
    upTo(96),
  );
});

test("numbers make no transaction wait for another: nothing of the endpoint is locked while an event is uncommitted", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await world.db.withTenant(world.accountId, async (tx) => {
    await world.emit(tx, deleted(1));
    await emit(2);
    await drainAll(endpoint);
    expect(receiver.received.length).toBe(1);
  });
  await drainAll(endpoint);
  expectGapFree(2);
});

test("events that commit in any order while drains come and go get each one number (permutations)", async () => {
  const endpoint = await world.endpoint(receiver.url);
  let random = 7;
  const next = (below: number) => (random = (random * 48_271) % 2_147_483_647) % below;
  receiver.answer((response) => response.writeHead(next(5) === 0 ? 503 : 200).end());
  const emitted = new AbortController();
  const done = async () =>
    emitted.signal.aborted && (await world.deliveries(endpoint)).every(({ status }) => status !== "pending");
  const drains = async () => {
    while (!(await done())) {
      const stop = new AbortController();
      if (next(3) === 0) setTimeout(() => stop.abort(), next(20));
      await world.drain(endpoint, stop.signal);
      await world.db.withTenant(world.accountId, (tx) =>
        tx.query("update webhooks set resting_until = null, failures = 0"),
      );
      world.advance(20_000);
    }
  };
  const emitters = Promise.all(
    Array.from({ length: 3 }, async (_, emitter) => {
      for (let count = 0; count < 30; count += 1) {
        await world.db.withTenant(world.accountId, async (tx) => {
          await world.emit(tx, deleted(emitter * 100 + count));
          if (next(2) === 0) await tx.query("select pg_sleep(0.003)");
        });
      }
    }),
  ).then(() => emitted.abort());
  await Promise.all([drains(), emitters]);
  expectGapFree(90);
}, 30_000);

test("after a kill -9 what was sent keeps its number, and the rest goes on without a gap", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await emitMany(600);
  const script = join(import.meta.dirname, "drainer.fixture.ts");
  const args = ["--conditions=musicverse-source", script, world.appUrl, world.accountId, endpoint.id];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "exit");
  receiver.answer((response, _received, count) => {
    if (count === 300) child.kill("SIGKILL");
    response.end();
  });
  await ended;
  await world.endLeases();
  // One that commits late and is older than those whose numbers were given before the crash.
  await world.db.withTenant(world.accountId, (tx) =>
    tx.query(
      "update webhook_deliveries set next_attempt_at = next_attempt_at - interval '1 hour' where status = 'pending' and random() < 0.3",
    ),
  );
  await drainAll(endpoint);
  expectGapFree(600);
  expect(await world.db.withTenant(world.accountId, (tx) => tx.query("select from webhook_numberings"))).toEqual([]);
});

test("a drain that lost its endpoint gives no numbers any more", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await emitMany(3);
  const claim = await world.kind.claim({ id: endpoint.id, accountId: world.accountId });
  if (claim === null) throw new Error("not claimed");
  await world.endLeases();
  await world.drain(endpoint);
  await emitMany(3);
  await world.kind.run(claim, {
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    log: undefined as never,
    delayUntil: undefined as never,
  });
  expect(receiver.received.length).toBe(3);
  await drainAll(endpoint);
  expectGapFree(6);
});
