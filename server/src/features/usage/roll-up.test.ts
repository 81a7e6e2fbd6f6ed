import fc from "fast-check";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import { createDatabase, type Database } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { Batch } from "./batch.ts";
import { selectDeprecatedCalls } from "./cells.ts";
import { relativeError } from "./histogram.ts";
import { keepUsage } from "./maintenance.ts";
import { rollUpUsage } from "./roll-up.ts";
import { insertUsage } from "./store.ts";
import { figuresOf, insertAccount, principalOf, requestAt, storeRequests } from "./usage.fixture.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Midnight today in UTC: partitions exist from yesterday on. */
const today = Math.floor(Date.now() / DAY) * DAY;

let database: TestDatabase;
let db: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterEach(() => database.close());

const clockAt = (time: number) => ({ now: () => new Date(time) });
const rollUpAt = (time: number, at: Database = db) => rollUpUsage({ db: at, clock: clockAt(time) });
const rolled = async (span: string) =>
  (
    await db.readSystem<{ starts_at: Date }>("a test looks", {
      name: "rolled",
      text: "select starts_at from usage_rolled where span = $1 order by 1",
      values: [span],
    })
  ).map(({ starts_at: start }) => start.getTime());
const count = async (table: string) => {
  const [row] = await db.readSystem<{ n: number }>("a test counts", {
    name: `count ${table}`,
    text: `select coalesce(sum(requests), 0)::bigint as n from ${table}`,
    values: [],
  });
  return row?.n;
};
async function partitions(of: string, options = ""): Promise<string[]> {
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits join pg_class on oid = inhrelid
      where inhparent = $1::regclass and coalesce(array_to_string(reloptions, ','), '') like $2 order by 1`,
    [of, `%${options}%`],
  );
  await client.end();
  return rows.map(({ name }) => name);
}

describe("figures", () => {
  test("are the same from requests, from hours and from days, whatever is rolled up", async () => {
    const [a, b] = [principalOf(await insertAccount(db)), principalOf(await insertAccount(db))];
    const yesterday = today - DAY;
    const requests = Array.from({ length: 500 }, (_, index) =>
      requestAt(yesterday + ((index * 7_919_123) % (2 * DAY)), {
        principal: [a, b, null][index % 3] ?? null,
        operation: ["getTrack", "createGeneration", null][index % 4 === 0 ? 0 : index % 3] ?? null,
        status: index % 10 === 0 ? 404 : index % 17 === 0 ? 500 : 200,
        problem: index % 10 === 0 ? "not_found" : index % 17 === 0 ? "internal_error" : null,
        latencyUs: 50 + ((index * 104_729) % 3_000_000),
        replayed: index % 50 === 0,
      }),
    );
    await storeRequests(db, requests);
    const questions = () =>
      Promise.all(
        (["none", "account", "api_key", "operation", "error", "hour", "day"] as const).map((by) =>
          figuresOf(db, by, yesterday, today + DAY),
        ),
      );
    const before = await questions();
    expect(before[0]?.totals.requests).toBe(500);

    await rollUpAt(today + 5 * HOUR + 3 * 60_000);
    expect(await rolled("hour")).toHaveLength(29);
    expect(await rolled("day")).toEqual([yesterday]);
    expect(await questions()).toEqual(before);
    await rollUpAt(today + DAY + HOUR);
    expect(await rolled("day")).toEqual([yesterday, today]);
    expect(await questions()).toEqual(before);
    // Minutes are always made of requests.
    expect((await figuresOf(db, "minute", yesterday, today + DAY)).totals).toEqual(before[0]?.totals);
    // And a time that cuts through hours and days.
    const cut = await figuresOf(db, "none", yesterday + 90 * 60_000, today + 7 * HOUR + 60_000);
    expect(cut.totals.requests).toBe(
      requests.filter(({ endedAt }) => endedAt >= yesterday + 90 * 60_000 && endedAt < today + 7 * HOUR + 60_000)
        .length,
    );
  });

  test("hold what was stored late, at once and after the next rollup", async () => {
    const at = today - DAY + 3 * HOUR;
    await storeRequests(db, [requestAt(at)]);
    await rollUpAt(today + HOUR);
    const requests = async () => (await figuresOf(db, "day", today - DAY, today)).totals.requests;
    expect(await requests()).toBe(1);
    await storeRequests(db, [requestAt(at + 1), requestAt(at + 2)]);
    expect(await rolled("hour")).not.toContain(at);
    expect(await rolled("day")).toEqual([]);
    expect(await requests()).toBe(3);
    await rollUpAt(today + HOUR);
    expect(await rolled("hour")).toContain(at);
    expect(await rolled("day")).toEqual([today - DAY]);
    expect(await requests()).toBe(3);
  });

  test("wait for what is being stored: an hour is rolled up when all of it is committed", async () => {
    const at = today - DAY + 3 * HOUR;
    const [inserted, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const batch = new Batch();
    batch.add(requestAt(at));
    const storing = db.asSystem("a test stores slowly", async (tx) => {
      await insertUsage(tx, batch.rows());
      inserted.resolve();
      await release.promise;
    });
    await inserted.promise;
    const rolling = rollUpAt(today + HOUR);
    const waiting = {
      name: "waiting",
      text: "select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      values: [],
    };
    await expect
      .poll(async () => (await db.readSystem("a test looks at locks", waiting)).length, { timeout: 5_000 })
      .toBe(1)
      .finally(release.resolve);
    await Promise.all([storing, rolling]);
    expect(await rolled("hour")).toContain(at);
    expect((await figuresOf(db, "hour", at, at + HOUR)).totals.requests).toBe(1);
  });

  test("tell who still calls deprecated operations, how often and when last, from requests and from rollups", async () => {
    const account = await insertAccount(db);
    const key = principalOf(account);
    const [first, last] = [today - DAY + HOUR, today - DAY + 2 * HOUR];
    await storeRequests(db, [
      requestAt(first, { principal: key, deprecated: true }),
      requestAt(last, { principal: key, deprecated: true }),
      requestAt(last + 1, { principal: key, operation: "listTracks" }),
    ]);
    const ask = (accountId: string) =>
      db.readTenant(
        accountId,
        selectDeprecatedCalls(
          { accountId, mode: null, operation: null, keyId: null },
          { since: new Date(first), until: new Date(today) },
          new Date(today),
        ),
      );
    const expected = [
      {
        operation: "getTrack",
        key_id: key.keyId,
        client_id: null,
        credential: "api_key",
        requests: 2,
        last_at: new Date(last),
      },
    ];
    expect(await ask(account)).toEqual(expected);
    await rollUpAt(today + HOUR);
    expect(await ask(account)).toEqual(expected);
    expect(await ask(await insertAccount(db))).toEqual([]);
  });

  test("count once what is stored while its hour is being rolled up by several workers", async () => {
    const other = createDatabase({ url: database.appUrl, poolMax: 4, log: silentLogger() });
    const at = today - DAY + 3 * HOUR;
    await storeRequests(db, [requestAt(at)]);
    const storing = Array.from({ length: 20 }, (_, index) =>
      storeRequests(index % 2 ? db : other, [requestAt(at + index)]),
    );
    await Promise.all([rollUpAt(today + HOUR), rollUpAt(today + HOUR, other), ...storing]);
    expect((await figuresOf(db, "none", today - DAY, today)).totals.requests).toBe(21);
    await Promise.all([rollUpAt(today + HOUR), rollUpAt(today + HOUR, other)]);
    expect((await figuresOf(db, "none", today - DAY, today)).totals.requests).toBe(21);
    expect(await count("usage_rollups where span = 'hour'")).toBe(21);
    await other.close();
  });

  test("of an account go with it", async () => {
    const account = await insertAccount(db);
    await storeRequests(db, [
      requestAt(today - DAY, { principal: principalOf(account) }),
      requestAt(today + 1, { principal: principalOf(account) }),
    ]);
    await rollUpAt(today + HOUR);
    await db.asSystem("a test deletes an account", (tx) => tx.query("delete from accounts where id = $1", [account]));
    expect(await count("usage_requests")).toBe(0);
    expect(await count("usage_rollups")).toBe(0);
  });
});

test("percentiles are within the documented error of the exact ones, and merged parts give those of the whole", async () => {
  const [a, b] = [await insertAccount(db), await insertAccount(db)];
  let minute = today;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 64, max: 600_000_000 }), fc.boolean()), { minLength: 1, maxLength: 60 }),
      async (values) => {
        minute += 60_000;
        await storeRequests(
          db,
          values.map(([latencyUs, first]) => requestAt(minute, { latencyUs, principal: principalOf(first ? a : b) })),
        );
        const { totals } = await figuresOf(db, "account", minute, minute + 60_000);
        const sorted = values.map(([us]) => us).toSorted((x, y) => x - y);
        for (const [share, ms] of [
          [0.5, totals.latency_ms.p50],
          [0.95, totals.latency_ms.p95],
          [0.99, totals.latency_ms.p99],
        ] as const) {
          const exactMs = (sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1000;
          expect(Math.abs((ms ?? 0) - exactMs)).toBeLessThanOrEqual(exactMs * relativeError + 0.0051);
        }
      },
    ),
    { numRuns: 60 },
  );
});

describe("partitions", () => {
  test("are there for the coming days; expired ones are dropped, but none whose day is not rolled up", async () => {
    const day = (time: number) => `usage_requests_d${new Date(time).toISOString().slice(0, 10).replaceAll("-", "")}`;
    const before = await partitions("usage_requests");
    for (let step = -1; step <= 7; step += 1) expect(before).toContain(day(today + step * DAY));
    await keepUsage({ db, clock: clockAt(today) });
    expect(await partitions("usage_requests")).toEqual(before);

    await storeRequests(db, [requestAt(today - DAY + 5), requestAt(today + 5)]);
    await rollUpAt(today + HOUR);
    // Yesterday is rolled up, today is not.
    await keepUsage({ db, clock: clockAt(today + 40 * DAY) });
    const after = await partitions("usage_requests");
    expect(after).not.toContain(day(today - DAY));
    expect(after).toContain(day(today));
    expect(after).toContain(day(today + 47 * DAY));
    expect(
      (await figuresOf(db, "day", today - DAY, today + DAY, { now: new Date(today + 20 * DAY) })).totals.requests,
    ).toBe(2);
  });

  test("requests of a time without a partition are kept, found, and moved into it when it is made", async () => {
    const later = today + 20 * DAY;
    await storeRequests(db, [requestAt(later + 7)]);
    const found = async () => (await figuresOf(db, "none", later, later + DAY)).totals.requests;
    expect(await found()).toBe(1);
    await keepUsage({ db, clock: clockAt(later) });
    expect(await found()).toBe(1);
    const name = `usage_requests_d${new Date(later).toISOString().slice(0, 10).replaceAll("-", "")}`;
    const client = new pg.Client({ connectionString: database.adminUrl });
    await client.connect();
    expect((await client.query(`select from ${name}`)).rowCount).toBe(1);
    expect((await client.query("select from usage_requests_other")).rowCount).toBe(0);
    await client.end();
  });

  test("are not analyzed each minute while they are young, those that come later included", async () => {
    await db.asSystem("a test", (tx) => tx.query("select app.keep_usage(now() + interval '40 days', 30, 13)"));
    expect(await partitions("usage_requests", "autovacuum_analyze_threshold=1000000")).toEqual(
      await partitions("usage_requests"),
    );
  });

  test("rollups are kept 13 months", async () => {
    const before = await partitions("usage_rollups");
    await keepUsage({ db, clock: clockAt(today + 12 * 30 * DAY) });
    expect(await partitions("usage_rollups")).toEqual(expect.arrayContaining(before));
    await keepUsage({ db, clock: clockAt(today + 600 * DAY) });
    for (const name of before.filter((partition) => !partition.endsWith("_other")))
      expect(await partitions("usage_rollups")).not.toContain(name);
  });
});

test("a row that is stored again changes nothing, and keys of others are never mixed", async () => {
  const [mine, theirs] = [newId(), newId()];
  const account = await insertAccount(db);
  const requests = [mine, mine, theirs].map((key) => requestAt(today, { principal: principalOf(account, key) }));
  const batch = new Batch();
  for (const request of requests) batch.add(request);
  const rows = batch.rows();
  for (let time = 0; time < 3; time += 1) await db.asSystem("a test stores twice", (tx) => insertUsage(tx, rows));
  const { groups } = await figuresOf(db, "api_key", today, today + HOUR);
  expect([...groups].map(([key, { requests: n }]) => [key, n])).toEqual(
    expect.arrayContaining([
      [mine, 2],
      [theirs, 1],
    ]),
  );
});
