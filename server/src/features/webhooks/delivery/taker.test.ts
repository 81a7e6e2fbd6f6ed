import { afterEach, beforeEach, expect, test } from "vitest";
import { createWorld, type World } from "../world.fixture.ts";
import type { EndpointClaim } from "./claim.ts";
import { createTaker } from "./taker.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

async function claimed(url: string): Promise<EndpointClaim> {
  const claim = await world.kind.claim({ id: (await world.endpoint(url)).id, accountId: world.accountId });
  if (claim === null) throw new Error("the endpoint could not be claimed");
  return claim;
}
const page = (except: string[] = [], limit = 100) => ({ now: world.clock.now(), after: null, except, limit });

test("several endpoints are asked about by one statement, and each gets its own, numbered without a gap", async () => {
  const claims = [await claimed("https://one.example.com"), await claimed("https://two.example.com")];
  for (const type of ["track.created", "track.deleted", "track.created"] as const) await world.emitSample(type);
  const taker = createTaker(world.db);
  const taken = await Promise.all(claims.map((claim) => taker.take(claim, page(), true)));
  for (const deliveries of taken) expect(deliveries?.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  const [ones, twos] = taken.map((deliveries) => deliveries ?? []);
  expect(ones?.map(({ eventId }) => eventId)).toEqual(twos?.map(({ eventId }) => eventId));
  expect(new Set(taken.flatMap((deliveries) => deliveries ?? []).map(({ id }) => id)).size).toBe(6);
});

test("a limit takes the oldest, and what is in hand already is not taken twice", async () => {
  const claim = await claimed("https://one.example.com");
  for (let count = 0; count < 5; count += 1) await world.emitSample("track.created");
  const taker = createTaker(world.db);
  const first = (await taker.take(claim, page([], 2), false)) ?? [];
  const rest = await taker.take(claim, page(first.map(({ id }) => id)), false);
  expect([...first, ...(rest ?? [])].map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  expect(await taker.take(claim, page([...first, ...(rest ?? [])].map(({ id }) => id)), false)).toEqual([]);
});

test("an endpoint whose row somebody is changing keeps no other one waiting", async () => {
  const [busy, free] = [await claimed("https://busy.example.com"), await claimed("https://free.example.com")];
  await world.emitSample("track.created");
  const taker = createTaker(world.db);
  await world.db.withTenant(world.accountId, async (tx) => {
    await tx.query("select 1 from webhooks where id = $1 for update", [busy.id]);
    const [ofBusy, ofFree] = await Promise.all([busy, free].map((claim) => taker.take(claim, page(), true)));
    expect(ofFree).toHaveLength(1);
    // Held still, with nothing to send just now.
    expect(ofBusy).toEqual([]);
  });
  expect((await taker.take(busy, page(), true))?.map(({ sequence }) => sequence)).toEqual([1]);
});

test("an endpoint that is held no longer gives nothing, and its neighbour in the statement does", async () => {
  const [lost, kept] = [await claimed("https://lost.example.com"), await claimed("https://kept.example.com")];
  await world.emitSample("track.created");
  await world.db.withTenant(world.accountId, (tx) =>
    tx.query("update webhooks set lease_token = gen_random_uuid() where id = $1", [lost.id]),
  );
  const taker = createTaker(world.db);
  const [ofLost, ofKept] = await Promise.all([lost, kept].map((claim) => taker.take(claim, page(), true)));
  expect(ofLost).toBeNull();
  expect(ofKept).toHaveLength(1);
});
