import type { Knex } from "knex";

/** Sending again what failed, what was missed, or everything of a time. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table webhook_replays (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      webhook_id uuid not null,
      since timestamptz not null,
      until timestamptz not null,
      event_types text[],
      wanted text not null check (wanted in ('failed', 'missed', 'all')),
      status text not null default 'running' check (status in ('running', 'completed', 'canceled')),
      replayed_count integer not null default 0,
      reached uuid not null,
      due_at timestamptz,
      lease_token uuid,
      lease_until timestamptz,
      created_at timestamptz not null,
      finished_at timestamptz,
      primary key (account_id, id),
      foreign key (account_id, webhook_id) references webhooks (account_id, id) on delete cascade,
      check ((status = 'running') = (finished_at is null)),
      check ((status = 'running') = (due_at is not null))
    );
    comment on column webhook_replays.reached is 'all events up to this id have been looked at; it moves with what it puts up';
    comment on column webhook_replays.due_at is 'when the next step may be taken';
    create unique index webhook_replays_running on webhook_replays (account_id, webhook_id) where status = 'running';
    create index webhook_replays_by_webhook on webhook_replays (account_id, webhook_id, id desc);
    create index webhook_replays_due on webhook_replays (due_at) where status = 'running';
    select app.protect_tenant_table('webhook_replays');

    alter table webhook_deliveries
      add column replay_id uuid,
      add column retries_from integer not null default 0;
    comment on column webhook_deliveries.replay_id is 'the last replay that put it up';
    comment on column webhook_deliveries.retries_from is 'attempts made before it was last asked for: the schedule counts from there';
    create index webhook_deliveries_by_replay on webhook_deliveries (account_id, replay_id, status) where replay_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index webhook_deliveries_by_replay;
    alter table webhook_deliveries drop column replay_id, drop column retries_from;
    drop table webhook_replays;
  `);
}
