import type { Knex } from "knex";

/** Rate limits agreed with one account, or set for one of its keys, in place of the plan's. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table rate_limit_overrides (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      api_key_id uuid,
      quota_max integer check (quota_max between 1 and 100000000),
      quota_seconds integer check (quota_seconds between 1 and 2678400),
      burst_max integer check (burst_max between 1 and 100000000),
      burst_seconds integer check (burst_seconds between 1 and 2678400),
      note text not null check (length(note) between 1 and 500),
      expires_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (account_id, id),
      unique nulls not distinct (account_id, api_key_id),
      foreign key (account_id, api_key_id) references api_keys (account_id, id) on delete cascade,
      check (num_nulls(quota_max, quota_seconds) in (0, 2)),
      check (num_nulls(burst_max, burst_seconds) in (0, 2)),
      check (quota_max is not null or burst_max is not null)
    );
    create index rate_limit_overrides_by_id on rate_limit_overrides (id);
    comment on column rate_limit_overrides.api_key_id is 'null: the account as a whole; a key stays within its account''s limits';
    select app.protect_tenant_table('rate_limit_overrides');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table rate_limit_overrides;");
}
