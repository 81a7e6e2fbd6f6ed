import { Client } from "pg";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../test-kit/database.ts";
import { listMigrations, migrateDown, migrateUp } from "../../../migrations/runner.ts";

test("customers, subscriptions and what was paid for before there were several providers are Stripe's, and stay when that is taken back", async () => {
  const database = await createTestDatabase({ migrated: false });
  const client = new Client({ connectionString: database.adminUrl });
  try {
    const names = await listMigrations();
    const since = names.length - names.findIndex((name) => name.includes("_billing_add_provider"));
    await migrateUp(database.ownerUrl);
    await migrateDown(database.ownerUrl, since);
    await client.connect();
    await client.query(`
      with ids as (select gen_random_uuid() as live, gen_random_uuid() as test)
      insert into accounts (id, twin_id, mode, name) select live, test, 'live', 'A' from ids union all select test, live, 'test', 'A' from ids;
      insert into billing_customers (account_id, mode, customer_id, created_at) select id, 'live', 'cus_1', now() from accounts where mode = 'live';
      insert into billing_syncs (id, mode, subject, is_charge, cause, cause_ids) values (gen_random_uuid(), 'live', 'cus_1', false, 'checkout', '{}');
      insert into billing_subscriptions (account_id, ref, status, current_period_start, current_period_end, synced_at)
      select id, 'sub_1', 'active', now(), now(), now() from accounts where mode = 'live';
      insert into entitlements (account_id, id, source, ref, plan, starts_at, version)
      select id, gen_random_uuid(), source, source, 'pro', now(), 1 from accounts, unnest('{plan,boost,plan_grant,boost_grant}'::text[]) source where mode = 'live';
      insert into entitlement_changes (account_id, id, change, source, ref, plan, starts_at, version, cause, cause_ids, created_at)
      select account_id, id, 'granted', source, ref, plan, starts_at, 1, 'import', '{}', now() from entitlements`);
    const paidThrough = async () =>
      (
        await client.query<{ source: string; provider: string | null }>(`
          select 'customer' as source, provider from billing_customers union all select 'sync', provider from billing_syncs
          union all select 'subscription', provider from billing_subscriptions
          union all select source, provider from entitlements union all select 'change of ' || source, provider from entitlement_changes
          order by 1`)
      ).rows.map(({ source, provider }) => `${source}: ${provider}`);

    await migrateUp(database.ownerUrl);
    expect(await paidThrough()).toEqual([
      "boost: stripe",
      "boost_grant: null",
      "change of boost: stripe",
      "change of boost_grant: null",
      "change of plan: stripe",
      "change of plan_grant: null",
      "customer: stripe",
      "plan: stripe",
      "plan_grant: null",
      "subscription: stripe",
      "sync: stripe",
    ]);

    await client.query(`
      insert into billing_customers (account_id, provider, mode, customer_id, created_at) select id, 'other', 'live', 'cus_1', now() from accounts where mode = 'live';
      insert into entitlements (account_id, id, source, provider, ref, plan, starts_at, version)
      select id, gen_random_uuid(), 'plan', 'other', 'plan', 'pro', now(), 1 from accounts where mode = 'live'`);
    await migrateDown(database.ownerUrl, since);
    const { rows } = await client.query(
      "select (select count(*)::int from billing_customers) as customers, (select count(*)::int from entitlements) as held",
    );
    expect(rows).toEqual([{ customers: 1, held: 4 }]);
  } finally {
    await client.end();
    await database.close();
  }
}, 60_000);
