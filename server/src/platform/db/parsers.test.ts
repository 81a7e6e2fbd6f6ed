import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  // One connection: what an error leaves on it, the next statement meets.
  database = await createTestDatabase({ poolMax: 1 });
});
afterAll(() => database.close());

test("counts come back as numbers", async () => {
  const [row] = await database.db.asSystem("test", (tx) =>
    tx.query("select 2::bigint as count, 5000000000::bigint as bytes"),
  );
  expect(row).toEqual({ count: 2, bytes: 5_000_000_000 });
});

test("a whole number that would be rounded is refused by name, and the connection goes on", async () => {
  const { db } = database;
  const first = { name: "exact", text: "select $1::bigint as rank", values: ["9007199254740992"] };
  const exact = /the bigint -?9007199254740992 is not exact as a number: select the column as text/;
  await expect(db.readSystem("test", first)).rejects.toThrow(exact);
  await expect(db.asSystem("test", (tx) => tx.query(first.text, first.values))).rejects.toThrow(exact);
  await expect(
    db.asSystem("test", async (tx) => {
      await tx.query("select 1");
      await tx.query("select -9007199254740992 as rank");
    }),
  ).rejects.toThrow(exact);
  await expect(
    db.asSystem("test", (tx) => tx.knex("rank").fromRaw("generate_series(9007199254740992, 9007199254740992) as rank")),
  ).rejects.toThrow(exact);
  expect(await db.readSystem("test", { ...first, values: ["-9007199254740991"] })).toEqual([
    { rank: -9_007_199_254_740_991 },
  ]);
});

test("each type of column arrives as the one that row types name", async () => {
  const [row] = await database.db.asSystem("test", (tx) =>
    tx.query(
      `select 1::smallint as smallint, 2::integer as integer, 1.5::real as real, 2.5::double precision as double, 3::bigint as bigint,
              array[4, null]::bigint[] as bigints, 1.20::numeric as numeric, sum(5::bigint) as sum, date '2026-01-31' as date,
              timestamptz '2026-01-31T01:02:03.004Z' as moment, 'x'::bytea as bytes, '{"a": 1}'::jsonb as json, true as yes,
              array['a', null] as texts`,
    ),
  );
  expect(row).toEqual({
    smallint: 1,
    integer: 2,
    real: 1.5,
    double: 2.5,
    bigint: 3,
    bigints: ["4", null],
    numeric: "1.20",
    sum: "5",
    date: "2026-01-31",
    moment: new Date("2026-01-31T01:02:03.004Z"),
    bytes: Buffer.from("x"),
    json: { a: 1 },
    yes: true,
    texts: ["a", null],
  });
});
