import { afterEach, beforeEach, expect, test } from "vitest";
import { startReceiver, type Receiver } from "../receiver.fixture.ts";
import { createWorld, type World } from "../world.fixture.ts";

let world: World;
let receiver: Receiver;
beforeEach(async () => {
  [world, receiver] = await Promise.all([createWorld({ realTime: true }), startReceiver()]);
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

const emitMany = (count: number) =>
  world.db.withTenant(world.accountId, async (tx) => {
    for (let id = 0; id < count; id += 1) {
      await world.emit(tx, { type: "track.deleted", data: { object: "track", id: `trk_${id}`, deleted: true } });
    }
  });
/** Most attempts in any second; one is logged up to a few milliseconds after it was counted. */
const peakPerSecond = async (endpoint: { id: string }): Promise<number> => {
  const all = await Promise.all((await world.deliveries(endpoint)).map(({ id }) => world.attempts(id)));
  const times = all.flat().map(({ started_at: at }) => at.getTime());
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 980).length));
};

test.each([[{ ordered: false }], [{ ordered: true }]])(
  "max_per_second holds within a drain and from one to the next %o",
  async (settings) => {
    const endpoint = await world.endpoint(receiver.url, ["track.deleted"], { max_per_second: 15, ...settings });
    await emitMany(40);
    const startedAt = performance.now();
    for (let stopAfterMs = 300; receiver.received.length < 40; stopAfterMs += 150) {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), stopAfterMs);
      await world.drain(endpoint, stop.signal);
      clearTimeout(timer);
    }
    expect(await peakPerSecond(endpoint)).toBeLessThanOrEqual(15);
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
  },
  20_000,
);

test("an endpoint that answers 429 gets less per second, and more again when it accepts", async () => {
  const endpoint = await world.endpoint(receiver.url, ["track.deleted"]);
  receiver.answer((response, _received, count) =>
    response.writeHead(count === 60 ? 429 : 200, { "retry-after": "0" }).end(),
  );
  await emitMany(150);
  await world.drain(endpoint);
  const rate = async () => {
    const [row] = await world.db.withTenant(world.accountId, (tx) =>
      tx.query<{ rate: number | null }>("select rate from webhooks"),
    );
    return row?.rate ?? Infinity;
  };
  const braked = await rate();
  expect(braked).toBeLessThanOrEqual(60);
  while ((await world.kind.due(1, [{ id: endpoint.id, accountId: world.accountId }])).length > 0)
    await world.drain(endpoint);
  await expect.poll(rate, { timeout: 1_000 }).toBeGreaterThan(braked);
}, 20_000);
