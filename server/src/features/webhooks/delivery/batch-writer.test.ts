import { afterEach, beforeEach, expect, test } from "vitest";
import { createWorld, type World } from "../world.fixture.ts";
import { createResultWriter, type AttemptRecord } from "./batch-writer.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Two endpoints with a delivery each. */
async function deliveries() {
  const endpoints = [await world.endpoint("https://one.example.com"), await world.endpoint("https://two.example.com")];
  await world.emitSample("track.created");
  return Promise.all(
    endpoints.map(async (endpoint) => {
      const [delivery] = await world.deliveries(endpoint);
      if (!delivery) throw new Error("no delivery");
      return { endpoint, id: delivery.id };
    }),
  );
}

function record(deliveryId: string, outcome: "succeeded" | "pending"): AttemptRecord {
  const now = world.clock.now();
  return {
    account_id: world.accountId,
    delivery_id: deliveryId,
    sequence: 1,
    status: outcome,
    next_attempt_at: outcome === "pending" ? new Date(now.getTime() + 1_000) : null,
    started_at: now,
    finished_at: now,
    duration_ms: 1,
    status_code: outcome === "pending" ? 500 : 200,
    error: outcome === "pending" ? "status_500" : null,
    request_headers: {},
    response_headers: null,
    response_body: null,
  };
}

const waiting = () =>
  world.db.readSystem<{ waits: number }>("a test looks for waiters", {
    name: "waiters",
    text: "select 1 as waits from pg_locks join pg_stat_activity using (pid) where datname = current_database() and not granted",
    values: [],
  });

test("two results of one delivery in one batch are both kept, and harm no other endpoint's", async () => {
  const [twice, other] = await deliveries();
  if (!twice || !other) throw new Error("no deliveries");
  const writer = createResultWriter(world.db);
  // As two drains leave it, the first of which lost its endpoint while its request was open.
  await Promise.all([
    writer.write(record(twice.id, "succeeded")),
    writer.write(record(twice.id, "pending")),
    writer.write(record(other.id, "succeeded")),
  ]);
  expect(await world.deliveries(other.endpoint)).toMatchObject([{ status: "succeeded", attempts_count: 1 }]);
  expect(await world.deliveries(twice.endpoint)).toMatchObject([
    { status: "succeeded", attempts_count: 2, last_status_code: 200 },
  ]);
  expect(await world.attempts(twice.id)).toMatchObject([
    { number: 1, status_code: 500 },
    { number: 2, status_code: 200 },
  ]);
});

test("results of one delivery in several batches are numbered on", async () => {
  const [delivery] = await deliveries();
  if (!delivery) throw new Error("no deliveries");
  const writer = createResultWriter(world.db);
  await writer.write(record(delivery.id, "pending"));
  await writer.write(record(delivery.id, "succeeded"));
  expect((await world.attempts(delivery.id)).map(({ number }) => number)).toEqual([1, 2]);
});

test("results are kept when their statement meets another transaction head-on", async () => {
  const [first, second] = await deliveries();
  if (!first || !second) throw new Error("no deliveries");
  const writer = createResultWriter(world.db);
  const lock = (id: string) => "update webhook_deliveries set last_error = null where id = '" + id + "'";
  // Locks the second, and wants the first when the writer, which has it, waits for the second: PostgreSQL ends the writer's.
  await world.db.withTenant(world.accountId, async (tx) => {
    await tx.query(lock(second.id));
    const written = Promise.all([
      writer.write(record(first.id, "succeeded")),
      writer.write(record(second.id, "succeeded")),
    ]);
    written.catch(() => undefined);
    await expect.poll(waiting, { timeout: 5_000 }).toEqual([{ waits: 1 }]);
    await tx.query(lock(first.id));
    tx.afterCommit(async () => void (await written));
  });
  for (const { endpoint } of [first, second])
    expect(await world.deliveries(endpoint)).toMatchObject([{ status: "succeeded", attempts_count: 1 }]);
});

test("a result that is written while its account goes, goes with it", async () => {
  const [delivery] = await deliveries();
  if (!delivery) throw new Error("no deliveries");
  const count = (id: string) =>
    world.db.readSystem("a test counts attempts", {
      name: "attempts_of",
      text: "select 1 as attempt from webhook_attempts where delivery_id = $1",
      values: [id],
    });
  await world.db.asSystem("a test is the writer", async (tx) => {
    await tx.query("update webhook_deliveries set attempts_count = 1 where id = $1", [delivery.id]);
    await tx.query(
      `insert into webhook_attempts (account_id, delivery_id, number, started_at, duration_ms, request_headers)
       values ($1, $2, 1, now(), 1, '{}')`,
      [world.accountId, delivery.id],
    );
    const gone = world.db.asSystem("a test deletes an account", (other) =>
      other.query("delete from accounts where id = $1 or twin_id = $1", [world.accountId]),
    );
    gone.catch(() => undefined);
    await expect.poll(waiting, { timeout: 5_000 }).toEqual([{ waits: 1 }]);
    tx.afterCommit(async () => void (await gone));
  });
  expect(await count(delivery.id)).toEqual([]);
});
