import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../test-kit/database.ts";
import { findTenancyProblems } from "./schema-rules.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function asOwner(sql: string): Promise<void> {
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

test("every table of a tenant is closed: forced row-level security, both policies, keys that lead with the tenant", async () => {
  expect(await findTenancyProblems(database.db)).toEqual([]);
});

describe("the check above finds", () => {
  const columns = "account_id uuid not null, id uuid not null, primary key (account_id, id)";
  const closed = "select app.protect_tenant_table('bad')";
  test.each([
    ["a table without any protection", `create table bad (${columns})`, "row-level security is not enabled"],
    [
      "enabled but not forced security",
      `create table bad (${columns}); ${closed}; alter table bad no force row level security`,
      "not forced",
    ],
    [
      "a key that does not lead with the tenant",
      `create table bad (id uuid primary key, account_id uuid not null); ${closed}`,
      "primary key",
    ],
    [
      "a tenant column that may be null",
      `create table bad (id uuid primary key, account_id uuid); ${closed}`,
      "may be null",
    ],
    ["a missing policy", `create table bad (${columns}); ${closed}; drop policy tenant on bad`, 'no policy "tenant"'],
    [
      "a policy that lets everything be written",
      `create table bad (${columns}); ${closed}; alter policy tenant on bad with check (true)`,
      'no policy "tenant"',
    ],
    ["a policy too many", `create table bad (${columns}); ${closed}; create policy loose on bad using (true)`, "loose"],
    [
      "a grant to everybody",
      `create table bad (${columns}); ${closed}; grant select on bad to public`,
      "is granted to public",
    ],
    [
      "an open table without a tenant",
      "create table bad (id int primary key); grant select on bad to musicverse_app",
      "has no account_id",
    ],
    [
      "a reference that could cross tenants",
      `create table bad (${columns}, user_id uuid, unique (id)); ${closed}; create table worse (${columns}, bad_id uuid references bad (id)); select app.protect_tenant_table('worse')`,
      "does not carry account_id",
    ],
  ])("%s", async (_, sql, problem) => {
    await asOwner(sql);
    const cleanUp = () => asOwner("drop table if exists worse; drop table bad");
    const problems = await findTenancyProblems(database.db).finally(cleanUp);
    expect(problems.join("\n")).toContain(problem);
    expect(await findTenancyProblems(database.db)).toEqual([]);
  });
});

test("migrations are named by time, capability and what they do", async () => {
  const { rows } = await query("select name from migrations order by name");
  for (const { name } of rows) expect(name).toMatch(/^\d{14}_[a-z]+(_[a-z0-9]+){2,}$/);
});

async function query(sql: string) {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  return client.query<{ name: string }>(sql).finally(() => client.end());
}
