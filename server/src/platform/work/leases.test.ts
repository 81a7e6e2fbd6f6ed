import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import type { Tx } from "../db/index.ts";
import { silentLogger } from "../log/index.ts";
import { createBackoff, createLeases, defineLeasedWork, WorkDelayed } from "./index.ts";

// What CONTRIBUTING.md tells to do for a table with background work: these columns, one `createLeases`, one `defineLeasedWork`.
const chores = createLeases<{ id: string; text: string }>({
  table: "chores",
  isTenantTable: false,
  open: "state = 'waiting'",
  columns: ["text"],
});

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(`
    create table chores (
      id uuid primary key, text text not null, state text not null default 'waiting',
      due_at timestamptz not null default now(), lease_token uuid, lease_until timestamptz,
      attempts integer not null default 0, last_error text
    );
    grant select, insert, update, delete on chores to musicverse_system;
  `);
  await owner.end();
});
afterAll(() => database?.close());

const system = <T>(fn: (tx: Tx) => Promise<T>) => database.db.asSystem("a test", fn);
const claim = (id: string, leaseMs = 60_000) => system((tx) => chores.claim(tx, id, leaseMs));
const rowOf = async (id: string) =>
  (await system((tx) => tx.query<Record<string, unknown>>("select * from chores where id = $1", [id])))[0];
const leaseEnds = (id: string) => system((tx) => tx.query("update chores set lease_until = now() where id = $1", [id]));

async function add(): Promise<string> {
  const id = randomUUID();
  await system((tx) => tx.query("insert into chores (id, text) values ($1, 'sweep')", [id]));
  return id;
}

async function claimed(id: string) {
  const held = await claim(id);
  if (!held) throw new Error("the row was not claimed");
  return held;
}

const due = async (id: string) =>
  (await system((tx) => chores.due(tx, 10, [{ id, accountId: "none" }]))).map((pointer) => pointer.id);

test("of many claims at once one wins, and what is leased is not due", async () => {
  const id = await add();
  expect(await due(id)).toEqual([id]);
  const claims = await Promise.all(Array.from({ length: 8 }, () => claim(id)));
  expect(claims.filter((held) => held !== null)).toMatchObject([{ id, text: "sweep", attempts: 1 }]);
  expect(await due(id)).toEqual([]);
});

test("an expired lease is claimed by another, attempts grow, and who lost it can do nothing any more", async () => {
  const id = await add();
  const lost = await claimed(id);
  await leaseEnds(id);
  const held = await claimed(id);
  expect([lost.attempts, held.attempts]).toEqual([1, 2]);
  const before = await rowOf(id);
  expect(
    await system(async (tx) => [
      await chores.renew(tx, lost, 60_000),
      await chores.finish(tx, lost, { state: "done" }),
      await chores.postpone(tx, lost, { delayMs: 0, error: "lost" }),
      await chores.remove(tx, lost),
    ]),
  ).toEqual([false, false, false, false]);
  expect(await rowOf(id)).toEqual(before);
  expect(await system((tx) => chores.finish(tx, held, { state: "done" }))).toBe(true);
  expect(await rowOf(id)).toMatchObject({ state: "done", lease_token: null, lease_until: null });
  expect(await claim(id)).toBeNull();
});

test("a renewed lease lasts longer; a row that was the work goes with it", async () => {
  const id = await add();
  const held = await claimed(id);
  await leaseEnds(id);
  expect(await system((tx) => chores.renew(tx, held, 60_000))).toBe(true);
  expect(await claim(id)).toBeNull();
  expect(await system((tx) => chores.remove(tx, held))).toBe(true);
  expect(await rowOf(id)).toBeUndefined();
});

test("a run that fails comes again after the backoff, and not before", async () => {
  const id = await add();
  const kind = defineLeasedWork({
    name: "chore",
    db: database.db,
    leases: chores,
    concurrency: 1,
    leaseMs: 60_000,
    retry: { backoff: createBackoff({ delaysMs: [3_600_000], jitter: 0 }) },
    run: async () => {
      throw new Error("the broom is broken");
    },
  });
  const { signal } = new AbortController();
  const delayUntil = (date: Date): never => {
    throw new WorkDelayed(date);
  };
  const held = await kind.claim({ id, accountId: "none" });
  if (!held) throw new Error("the row was not claimed");
  const delayed = kind.run(held, { signal, closing: signal, log: silentLogger(), delayUntil });
  await expect(delayed).rejects.toThrow(WorkDelayed);
  expect(await rowOf(id)).toMatchObject({ last_error: "the broom is broken", lease_until: null, attempts: 1 });
  expect(await claim(id)).toBeNull();
  await system((tx) => tx.query("update chores set due_at = due_at - interval '59 minutes' where id = $1", [id]));
  expect(await claim(id)).toBeNull();
  await system((tx) => tx.query("update chores set due_at = due_at - interval '1 minute' where id = $1", [id]));
  expect(await claim(id)).toMatchObject({ attempts: 2 });
});

test("by a clock of the application what is due is claimed, but a lease is not its to end", async () => {
  const id = await add();
  const ahead = { now: () => new Date(Date.now() + 86_400_000) };
  const fast = createLeases<{ id: string }>({ table: "chores", isTenantTable: false, columns: [], clock: ahead });
  await system((tx) => tx.query("update chores set due_at = now() + interval '1 hour' where id = $1", [id]));
  expect(await claim(id)).toBeNull();
  expect(await system((tx) => fast.claim(tx, id, 60_000))).not.toBeNull();
  expect(await system((tx) => fast.claim(tx, id, 60_000))).toBeNull();
});

test("a tenant's row is claimed in a transaction of its account, and nowhere else", async () => {
  const mails = createLeases<{ id: string }>({ table: "mails", isTenantTable: true, columns: [] });
  await expect(system((tx) => mails.claim(tx, randomUUID(), 60_000))).rejects.toThrow("withTenant");
});
