import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table generations (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      kind text not null check (kind in ('music')),
      status text not null check (status in ('queued', 'running', 'completed', 'failed', 'canceled')),
      lane text not null check (lane in ('interactive', 'bulk')),
      plugin_id text not null,
      model text not null,
      title text,
      input json not null,
      progress real not null default 0 check (progress between 0 and 1),
      revision integer not null default 1,
      attempts integer not null default 0,
      crashes integer not null default 0,
      pending json,
      due_at timestamptz not null default now(),
      dispatched_at timestamptz,
      lease_token uuid,
      lease_until timestamptz,
      error_code text,
      error_message text,
      request_id text not null,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      primary key (account_id, id),
      check ((status in ('completed', 'failed', 'canceled')) = (finished_at is not null)),
      check ((status = 'failed') = (error_code is not null))
    );
    create index generations_due on generations (plugin_id, due_at) where status in ('queued', 'running');
    create index generations_by_status on generations (account_id, status, id desc);
    comment on column generations.input is 'prompt, lyrics, instrumental, duration_seconds: user content, never logged';
    comment on column generations.due_at is 'when a worker may next take it; later than now while it waits for a retry or a poll';
    comment on column generations.dispatched_at is 'set while a provider call is out; still set when a lease ran out = the outcome is unknown';
    comment on column generations.revision is 'grows with every change a subscriber of the event stream should see';
    select app.protect_tenant_table('generations');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table generations");
}
