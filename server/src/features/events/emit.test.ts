import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeId } from "../../platform/ids/index.ts";
import { createWorld, type World } from "../webhooks/world.fixture.ts";
import { keepEventLog } from "./maintenance.ts";
import { selectEvent, selectEvents, type EventRow } from "./store.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const deleted = (id: string) => ({ type: "track.deleted", data: { object: "track", id, deleted: true } }) as const;
const everything = { afterId: null, limit: 100, type: null };

test("an event and its deliveries exist exactly when the change that they report does", async () => {
  const endpoint = await world.endpoint("http://localhost/");
  const before = world.enqueued.length;
  await expect(
    world.db.withTenant(world.accountId, async (tx) => {
      await world.emit(tx, deleted("trk_lost"));
      throw new Error("the change failed");
    }),
  ).rejects.toThrow("the change failed");
  expect(await world.deliveries(endpoint)).toEqual([]);
  expect(world.enqueued.length).toBe(before);

  const id = await world.db.withTenant(world.accountId, (tx) => world.emit(tx, deleted("trk_kept")));
  expect(await world.deliveries(endpoint)).toMatchObject([{ event_id: id, status: "pending", attempts_count: 0 }]);
  expect(world.enqueued.slice(before)).toEqual([{ id: endpoint.id, accountId: world.accountId }]);
  const [event] = await world.db.readTenant<EventRow>(world.accountId, selectEvent(world.accountId, id));
  expect(event?.payload).toEqual({
    id: encodeId("evt", id),
    type: "track.deleted",
    timestamp: world.clock.now().toISOString(),
    data: { object: "track", id: "trk_kept", deleted: true },
  });
});

test("an event goes to the endpoints that subscribe to its type, paused ones too, and to nobody else's", async () => {
  const stranger = await world.endpointOf(await world.createAccount(), "http://localhost/");
  const [all, other, paused, gone] = await Promise.all([
    world.endpoint("http://localhost/"),
    world.endpoint("http://localhost/", ["track.created"]),
    world.endpoint("http://localhost/", ["track.deleted", "generation.failed"]),
    world.endpoint("http://localhost/"),
  ]);
  await world.db.withTenant(world.accountId, async (tx) => {
    await tx.query("update webhooks set status = 'paused' where id = $1", [paused.id]);
    await tx.query("update webhooks set deleted_at = now() where id = $1", [gone.id]);
    await world.emit(tx, deleted("trk_1"));
  });
  const deliveries = await Promise.all([all, other, paused, gone, stranger].map((one) => world.deliveries(one)));
  expect(deliveries.map((rows) => rows.length)).toEqual([1, 0, 1, 0, 0]);
});

test("delivery ids are UUIDv7 of the event's time, so that both are dropped with the same week", async () => {
  const endpoint = await world.endpoint("http://localhost/");
  const id = await world.db.withTenant(world.accountId, (tx) => world.emit(tx, deleted("trk_1")));
  const [delivery] = await world.deliveries(endpoint);
  expect(delivery?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(delivery?.id.slice(0, 13)).toBe(id.slice(0, 13));
});

test("the list is newest first, one account's only, and can be filtered by type", async () => {
  const accountId = await world.createAccount();
  const ids: string[] = [];
  for (const name of ["trk_1", "trk_2", "trk_3"]) {
    ids.push(await world.db.withTenant(accountId, (tx) => world.emit(tx, deleted(name))));
  }
  const list = async (owner: string, type: "track.deleted" | "track.created" | null) =>
    (await world.db.readTenant<EventRow>(owner, selectEvents(owner, { ...everything, type }))).map(({ id }) => id);
  expect(await list(accountId, null)).toEqual(ids.toReversed());
  expect(await list(accountId, "track.deleted")).toEqual(ids.toReversed());
  expect(await list(accountId, "track.created")).toEqual([]);
  expect(await list(await world.createAccount(), null)).toEqual([]);
});

test("maintenance makes the coming weeks, keeps what it made and drops weeks older than 30 days", async () => {
  const weeks = () =>
    world.db.asSystem("a test looks at partitions", (tx) =>
      tx.query<{ name: string }>(
        `select relname as name from pg_inherits join pg_class on oid = inhrelid
      where inhparent = 'events'::regclass order by 1`,
      ),
    );
  const before = await weeks();
  expect(before.length).toBe(6);
  await keepEventLog(world.db, world.clock);
  expect(await weeks()).toEqual(before);

  const owner = new pg.Client({ connectionString: world.ownerUrl });
  await owner.connect();
  await owner.query(`create table events_w20200106 partition of events
    for values from (app.uuid_at('2020-01-06')) to (app.uuid_at('2020-01-13'))`);
  await owner.end();
  expect((await weeks()).length).toBe(7);
  await keepEventLog(world.db, world.clock);
  expect(await weeks()).toEqual(before);
});

test("events, deliveries and attempts are dropped 30 days after their week has ended, and not before", async () => {
  const old = await createWorld();
  const endpoint = await old.endpoint("http://127.0.0.1:1/");
  const day = 86_400_000;
  // To the first moment of a week that has no partition yet.
  const monday = new Date(Math.ceil((old.clock.now().getTime() / day - 4) / 7) * 7 * day + 4 * day + 6 * 7 * day);
  old.advance(monday.getTime() - old.clock.now().getTime());
  await keepEventLog(old.db, old.clock);
  const id = await old.db.withTenant(old.accountId, (tx) => old.emit(tx, deleted("trk_old")));
  await old.drain(endpoint);
  const [delivery] = await old.deliveries(endpoint);
  const left = async () => [
    (await old.db.readTenant<EventRow>(old.accountId, selectEvent(old.accountId, id))).length,
    (await old.deliveries(endpoint)).length,
    (await old.attempts(delivery?.id ?? "")).length,
  ];
  expect(await left()).toEqual([1, 1, 1]);
  old.advance(37 * day);
  await keepEventLog(old.db, old.clock);
  expect(await left()).toEqual([1, 1, 1]);
  old.advance(day);
  await keepEventLog(old.db, old.clock);
  expect(await left()).toEqual([0, 0, 0]);
  await old.close();
});

test("what came before its week was made moves into it, and goes with it", async () => {
  const early = await createWorld();
  const endpoint = await early.endpoint("http://127.0.0.1:1/");
  const day = 86_400_000;
  early.advance(70 * day);
  const id = await early.db.withTenant(early.accountId, (tx) => early.emit(tx, deleted("trk_early")));
  await early.drain(endpoint);
  const places = () =>
    early.db.asSystem("a test looks at partitions", (tx) =>
      tx.query<{ place: string }>(
        `select tableoid::regclass::text as place from events union all select tableoid::regclass::text from webhook_deliveries
     union all select tableoid::regclass::text from webhook_attempts order by 1`,
      ),
    );
  expect(await places()).toEqual(
    ["events_other", "webhook_attempts_other", "webhook_deliveries_other"].map((place) => ({ place })),
  );

  await keepEventLog(early.db, early.clock);
  expect((await places()).map(({ place }) => place.replace(/\d{8}$/, ""))).toEqual([
    "events_w",
    "webhook_attempts_w",
    "webhook_deliveries_w",
  ]);
  expect(await early.db.readTenant<EventRow>(early.accountId, selectEvent(early.accountId, id))).toHaveLength(1);
  expect(
    await early.db.readTenant<EventRow>(await early.createAccount(), selectEvent(early.accountId, id)),
  ).toHaveLength(0);
  const [delivery] = await early.deliveries(endpoint);
  expect(await early.attempts(delivery?.id ?? "")).toHaveLength(1);
  early.advance(38 * day);
  await keepEventLog(early.db, early.clock);
  expect(await places()).toEqual([]);
  await early.close();
});
