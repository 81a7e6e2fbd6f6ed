import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { createRedisQueues } from "../../../platform/queue/index.ts";
import { connectRedis } from "../../../platform/redis/index.ts";
import { createWorkEngine } from "../../../platform/work/index.ts";
import { startReceiver, type Receiver } from "../receiver.fixture.ts";
import { createWorld, type World } from "../world.fixture.ts";
import { drainKind } from "./work.ts";

let world: World;
let receiver: Receiver;
beforeEach(async () => {
  [world, receiver] = await Promise.all([createWorld(), startReceiver()]);
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

const emitMany = (count: number) =>
  world.db.withTenant(world.accountId, async (tx) => {
    for (let made = 0; made < count; made += 1) {
      await world.emit(tx, { type: "track.deleted", data: { object: "track", id: `trk_${made}`, deleted: true } });
    }
  });
const distinctIds = () => new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size;

test("a worker killed in the middle of a batch loses no delivery and leaves none stuck", async () => {
  const endpoint = await world.endpoint(receiver.url);
  await emitMany(600);
  const script = join(import.meta.dirname, "drainer.fixture.ts");
  const args = ["--conditions=musicverse-source", script, world.appUrl, world.accountId, endpoint.id];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "exit");
  receiver.answer((response, _received, count) => {
    if (count === 200) child.kill("SIGKILL");
    response.end();
  });
  expect(await ended).toEqual([null, "SIGKILL"]);
  const statesNow = async () => (await world.deliveries(endpoint)).map(({ status }) => status);
  expect(await statesNow()).toContain("pending");
  // Held by the dead worker until its lease ends, then by whoever comes.
  world.advance(1_000);
  expect(await world.drain(endpoint)).toBe(false);
  await world.endLeases();
  expect(await world.kind.due(10)).toEqual([{ id: endpoint.id, accountId: world.accountId }]);
  await world.drain(endpoint);
  expect(await statesNow()).toEqual(Array(600).fill("succeeded"));
  expect(distinctIds()).toBe(600);
  // What was sent again had not been written when the worker died: at most what it had in its hands.
  expect(receiver.received.length).toBeLessThan(1_000);
});

const redisUrl = inject("redis");

test.skipIf(redisUrl === null)("no wake-up is lost when an event comes while a drain ends, with no sweep", async () => {
  const log = pino({ level: "silent" });
  const redis = connectRedis({ url: redisUrl ?? "", use: "queue", log });
  const engine = createWorkEngine({
    backend: createRedisQueues({ redis, prefix: `test-${randomBytes(4).toString("hex")}`, log }),
    log,
    sweepIntervalMs: 3_600_000,
  });
  engine.start([world.kind]);
  world.work.enqueue = (kind, pointer) => engine.enqueue(kind, pointer);
  const endpoint = await world.endpoint(receiver.url);
  expect(world.kind.name).toBe(drainKind);
  for (let count = 1; count <= 40; count += 1) {
    await emitMany(1);
    // Now and then right away, now and then when the drain is at some point of its end.
    if (count % 3 > 0) continue;
    await vi.waitFor(() => expect(distinctIds()).toBeGreaterThan(count - 3), { interval: 1, timeout: 5_000 });
  }
  await vi.waitFor(() => expect(distinctIds()).toBe(40), { interval: 5, timeout: 5_000 });
  expect(receiver.received.length).toBe(40);
  await engine.close();
  redis.disconnect();
  expect((await world.deliveries(endpoint)).every(({ status }) => status === "succeeded")).toBe(true);
});
