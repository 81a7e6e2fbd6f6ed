import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../test-kit/database.ts";
import { listMigrations, migrateDown, migrateUp, pendingMigrations } from "./runner.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ migrated: false });
});
afterEach(() => database.close());

/** Everything the migrations make, as text that can be compared: columns, constraints, indexes, policies, grants, functions. */
const DESCRIPTION = `
  select 'column' as what, table_schema || '.' || table_name || '.' || column_name as name,
         concat_ws(' ', data_type, is_nullable, column_default) as definition
    from information_schema.columns where table_schema in ('public', 'app')
  union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
  union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
  union all select 'policy', tablename || '.' || policyname, concat_ws(' ', roles, cmd, qual, with_check) from pg_policies
  union all select 'table', relname, concat_ws(' ', relkind, relrowsecurity, relforcerowsecurity, relacl)
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'S')
  union all select 'function', p.oid::regprocedure::text, concat_ws(' ', pg_get_functiondef(p.oid), p.proacl)
    from pg_proc p where pronamespace = to_regnamespace('app') and prokind = 'f'
  union all select 'schema', nspname, nspacl::text from pg_namespace where nspname in ('public', 'app')
  order by 1, 2, 3`;

async function describeSchema(): Promise<string[]> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  const { rows } = await client.query({ text: DESCRIPTION, rowMode: "array" }).finally(() => client.end());
  return rows.map((row: unknown[]) => row.join(" | "));
}

test("all migrations go up, down and up again, and leave the same schema", async () => {
  const names = await listMigrations();
  const empty = await describeSchema();
  expect(await migrateUp(database.ownerUrl)).toEqual(names);
  const first = await describeSchema();
  expect(await migrateDown(database.ownerUrl, names.length)).toEqual(names.toReversed());
  const rest = (await describeSchema()).filter((line) => !line.includes("migrations"));
  // Grants of the public schema are written out once they were touched; who may do what is the same.
  expect(rest.filter((line) => !line.startsWith("schema"))).toEqual(empty.filter((line) => !line.startsWith("schema")));
  expect(await migrateUp(database.ownerUrl)).toEqual(names);
  expect(await describeSchema()).toEqual(first);
});

test("each migration by itself can be taken back and applied again", async () => {
  await migrateUp(database.ownerUrl);
  const complete = await describeSchema();
  const names = await listMigrations();
  for (let count = 1; count < names.length; count += 1) {
    expect(await migrateDown(database.ownerUrl, count)).toHaveLength(count);
    expect(await pendingMigrations(database.ownerUrl)).toEqual(names.slice(-count));
    await migrateUp(database.ownerUrl);
  }
  expect(await describeSchema()).toEqual(complete);
  // Its steps grow with the square of the number of migrations.
}, 120_000);

test("servers that start at the same time apply each migration once", async () => {
  const applied = await Promise.all([1, 2, 3].map(() => migrateUp(database.ownerUrl)));
  expect(applied.flat().toSorted()).toEqual(await listMigrations());
  expect(await migrateUp(database.ownerUrl)).toEqual([]);
});
