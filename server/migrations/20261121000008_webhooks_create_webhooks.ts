import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Half of each page stays free: the drain's columns change often and none is indexed, so the row stays in its page.
    create table webhooks (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      url text not null,
      description text,
      event_types text[],
      status text not null default 'enabled' check (status in ('enabled', 'paused', 'disabled')),
      disabled_reason text,
      secret text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      deleted_at timestamptz,
      lease_token uuid,
      lease_until timestamptz,
      resting_until timestamptz,
      failures integer not null default 0,
      trips integer not null default 0,
      slots integer,
      primary key (account_id, id),
      check ((status = 'disabled') = (disabled_reason is not null))
    ) with (fillfactor = 50);
    comment on column webhooks.secret is 'whsec_…, encrypted with the key ring';
    comment on column webhooks.event_types is 'null: all types, later ones too';
    comment on column webhooks.lease_token is 'the drain that sends to this endpoint now';
    comment on column webhooks.resting_until is 'nothing is sent before: its circuit is open, or it asked for a pause';
    comment on column webhooks.failures is 'failed attempts in a row, over all deliveries';
    comment on column webhooks.trips is 'how often in a row its circuit opened';
    comment on column webhooks.slots is 'requests at once that it bears; null: the default';
    select app.protect_tenant_table('webhooks');

    create table webhook_deliveries (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      webhook_id uuid not null,
      event_id uuid not null,
      event_type text not null,
      status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed', 'canceled')),
      attempts_count integer not null default 0,
      next_attempt_at timestamptz,
      last_status_code integer,
      last_error text,
      created_at timestamptz not null,
      finished_at timestamptz,
      primary key (account_id, id),
      foreign key (account_id, webhook_id) references webhooks (account_id, id) on delete cascade,
      check ((status = 'pending') = (next_attempt_at is not null)),
      check ((status = 'pending') = (finished_at is null))
    ) partition by range (id);
    create index webhook_deliveries_due on webhook_deliveries (account_id, webhook_id, next_attempt_at, id)
      where status = 'pending';
    create index webhook_deliveries_by_webhook on webhook_deliveries (account_id, webhook_id, id desc);
    create table webhook_deliveries_other partition of webhook_deliveries default;
    alter table webhook_deliveries_other enable row level security, force row level security;
    select app.protect_tenant_table('webhook_deliveries');
    select app.keep_weeks('webhook_deliveries', 4, 30);

    create table webhook_attempts (
      account_id uuid not null references accounts (id) on delete cascade,
      delivery_id uuid not null,
      number integer not null,
      started_at timestamptz not null,
      duration_ms integer not null,
      status_code integer,
      error text,
      request_headers json not null,
      response_headers json,
      response_body bytea,
      primary key (account_id, delivery_id, number)
    ) partition by range (delivery_id);
    comment on column webhook_attempts.response_body is 'the first 4 KB as they came';
    create table webhook_attempts_other partition of webhook_attempts default;
    alter table webhook_attempts_other enable row level security, force row level security;
    select app.protect_tenant_table('webhook_attempts');
    select app.keep_weeks('webhook_attempts', 4, 30);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table webhook_attempts; drop table webhook_deliveries; drop table webhooks;");
}
