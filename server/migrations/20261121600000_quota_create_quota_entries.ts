import type { Knex } from "knex";

/** What accounts used of their plans: one entry per admitted generation, the truth that counters are rebuilt from. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table quota_accounts (
      account_id uuid primary key references accounts (id) on delete cascade,
      epoch bigint not null
    );
    comment on column quota_accounts.epoch is 'the counters in Redis are valid only if they carry this number';
    select app.protect_tenant_table('quota_accounts');

    create table quota_entries (
      account_id uuid not null references accounts (id) on delete cascade,
      generation_id uuid not null,
      draft_id uuid,
      regeneration text check (regeneration in ('targeted', 'full')),
      admitted_at timestamptz(3) not null,
      lease_until timestamptz(3),
      outcome text not null default 'reserved' check (outcome in ('reserved', 'charged', 'refunded')),
      settled_at timestamptz(3),
      primary key (account_id, generation_id),
      check ((outcome = 'reserved') = (settled_at is null)),
      check ((outcome = 'reserved') = (lease_until is not null))
    );
    create index quota_entries_by_time on quota_entries (account_id, admitted_at) include (outcome, regeneration);
    create index quota_entries_reserved on quota_entries (account_id, lease_until) where outcome = 'reserved';
    create index quota_entries_regenerations on quota_entries (account_id, draft_id, admitted_at) where regeneration is not null;
    comment on column quota_entries.admitted_at is 'decides the month and the hour that it counts for; grows within an account';
    comment on column quota_entries.lease_until is 'it counts as at work until then; a live worker moves it, a killed one does not';
    comment on column quota_entries.outcome is 'reserved while it may still end either way; a refunded one counts in no month';
    select app.protect_tenant_table('quota_entries');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table quota_entries; drop table quota_accounts;");
}
