import type { Knex } from "knex";

/** Numbers for deliveries, FIFO endpoints and a cap of requests per second. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table webhooks
      add column ordered boolean not null default false,
      add column ordered_on_failure text not null default 'skip' check (ordered_on_failure in ('skip', 'pause')),
      add column max_per_second integer check (max_per_second between 1 and 1000),
      add column rate real,
      add column recent_sends smallint[],
      add column recent_sends_at timestamptz,
      add column last_sequence bigint not null default 0;
    comment on column webhooks.rate is 'requests per second that it bears, as learned from its 429s; null: no reason to send less than allowed';
    comment on column webhooks.recent_sends is 'requests in each 50 ms of the second before recent_sends_at, the latest first';
    comment on column webhooks.last_sequence is 'the last number given to a delivery; numbers are given by the one drain that holds the endpoint';

    alter table webhook_deliveries add column sequence bigint;
    comment on column webhook_deliveries.sequence is 'set when a drain first takes it up';
    drop index webhook_deliveries_due;
    create index webhook_deliveries_due on webhook_deliveries (account_id, webhook_id, next_attempt_at, event_id)
      where status = 'pending';
    create index webhook_deliveries_numbered on webhook_deliveries (account_id, webhook_id, sequence)
      where status = 'pending' and sequence is not null;

    -- Numbers that were given and do not stand on all their deliveries yet: one row per batch instead of an update per
    -- delivery. The drain that ends deletes them; after a crash the next one writes them to the deliveries first.
    create table webhook_numberings (
      account_id uuid not null references accounts (id) on delete cascade,
      webhook_id uuid not null,
      first bigint not null,
      delivery_ids uuid[] not null,
      primary key (account_id, webhook_id, first),
      foreign key (account_id, webhook_id) references webhooks (account_id, id) on delete cascade
    );
    select app.protect_tenant_table('webhook_numberings');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table webhook_numberings;
    drop index webhook_deliveries_numbered;
    drop index webhook_deliveries_due;
    create index webhook_deliveries_due on webhook_deliveries (account_id, webhook_id, next_attempt_at, id)
      where status = 'pending';
    alter table webhook_deliveries drop column sequence;
    alter table webhooks
      drop column ordered, drop column ordered_on_failure, drop column max_per_second, drop column rate,
      drop column recent_sends, drop column recent_sends_at, drop column last_sequence;
  `);
}
