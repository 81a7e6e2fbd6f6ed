import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What calls of providers used and cost: one row per call, and none ever changes. No cascade from accounts: their
    -- sums stay, without the account, when it is erased.
    create table cost_entries (
      account_id uuid not null references accounts (id),
      id uuid not null,
      call_id uuid not null,
      generation_id uuid not null,
      plugin_id text not null,
      model text not null,
      kind text not null,
      outcome text not null check (outcome in ('succeeded', 'failed', 'unknown')),
      input_tokens bigint check (input_tokens >= 0),
      output_tokens bigint check (output_tokens >= 0),
      seconds double precision check (seconds >= 0),
      images integer check (images >= 0),
      cost_micros bigint check (cost_micros >= 0),
      plan text not null,
      occurred_at timestamptz not null,
      recorded_at timestamptz not null default now(),
      primary key (account_id, id),
      unique (account_id, call_id)
    );
    create index cost_entries_by_time on cost_entries (account_id, occurred_at);
    create index cost_entries_by_generation on cost_entries (account_id, generation_id);
    comment on column cost_entries.call_id is 'lease of the worker that made the call: recording it again does nothing';
    comment on column cost_entries.cost_micros is 'millionths of a US dollar; null: nobody knows the price';
    comment on column cost_entries.plan is 'what the account had then, boosts included';
    select app.protect_tenant_table('cost_entries');
    revoke update, delete on cost_entries from musicverse_app;
    revoke update on cost_entries from musicverse_system;

    -- What the system role may delete, it may delete of accounts that are being erased, and of no other.
    create function app.keep_cost_entries() returns trigger language plpgsql as $$
    begin
      if not exists (select from account_erasures where old.account_id in (live_id, sandbox_id)) then
        raise exception 'entries of the cost ledger are never deleted, unless their account is erased' using errcode = '42501';
      end if;
      return old;
    end
    $$;
    create trigger keep before delete on cost_entries for each row execute function app.keep_cost_entries();

    -- Sums of one account and UTC day, made of its entries; valid while the day is not in cost_days_due.
    create table cost_days (
      account_id uuid not null references accounts (id) on delete cascade,
      day date not null,
      n integer not null,
      plan text not null,
      plugin_id text not null,
      model text not null,
      kind text not null,
      outcome text not null,
      calls integer not null,
      unpriced integer not null,
      input_tokens bigint not null,
      output_tokens bigint not null,
      seconds double precision not null,
      images integer not null,
      cost_micros bigint not null,
      primary key (account_id, day, n)
    );
    create index cost_days_by_day on cost_days (day);
    comment on column cost_days.n is 'numbers the sums of one account and day';
    select app.protect_tenant_table('cost_days');

    create table cost_days_due (
      account_id uuid not null references accounts (id) on delete cascade,
      day date not null,
      entries integer not null default 1,
      primary key (account_id, day)
    );
    create index cost_days_due_by_day on cost_days_due (day);
    comment on table cost_days_due is 'UTC days with entries that are not in cost_days yet; an entry puts its day here, however late it comes';
    select app.protect_tenant_table('cost_days_due');

    create table cost_anomalies (
      account_id uuid not null references accounts (id) on delete cascade,
      day date not null,
      cost_micros bigint not null,
      usual_micros bigint not null,
      noticed_at timestamptz not null,
      primary key (account_id, day)
    );
    comment on column cost_anomalies.usual_micros is 'the median that the day was compared with';
    select app.protect_tenant_table('cost_anomalies');

    -- What accounts that are no more had cost.
    create table cost_erased (
      day date not null,
      mode text not null,
      plan text not null,
      plugin_id text not null,
      model text not null,
      kind text not null,
      outcome text not null,
      calls integer not null,
      unpriced integer not null,
      input_tokens bigint not null,
      output_tokens bigint not null,
      seconds double precision not null,
      images integer not null,
      cost_micros bigint not null,
      primary key (day, mode, plan, plugin_id, model, kind, outcome)
    );
    revoke all on cost_erased from public;
    grant select, insert, update on cost_erased to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table cost_erased; drop table cost_anomalies; drop table cost_days_due; drop table cost_days;
    drop table cost_entries; drop function app.keep_cost_entries();
  `);
}
