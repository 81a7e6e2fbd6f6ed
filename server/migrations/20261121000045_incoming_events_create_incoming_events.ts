import type { Knex } from "knex";

/** Webhooks of providers, stored before they are processed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- No tenant's table: whom an event is about is known only when it is processed.
    create table incoming_events (
      id uuid primary key,
      plugin text not null,
      mode text not null check (mode in ('live', 'test')),
      provider_event_id text not null check (length(provider_event_id) between 1 and 255),
      delivery text not null,
      type text,
      status text not null default 'pending' check (status in ('pending', 'processed', 'dead')),
      attempts integer not null default 0,
      next_attempt_at timestamptz,
      lease_token uuid,
      lease_until timestamptz,
      last_error text,
      request_id text not null,
      occurred_at timestamptz not null,
      received_at timestamptz not null,
      finished_at timestamptz,
      unique (plugin, mode, provider_event_id),
      check ((status = 'pending') = (next_attempt_at is not null)),
      check ((status = 'pending') = (finished_at is null))
    );
    create index incoming_events_due on incoming_events (occurred_at, next_attempt_at) where status = 'pending';
    create index incoming_events_by_age on incoming_events (received_at);
    comment on column incoming_events.delivery is 'headers and body as they came, encrypted with the key ring: they are about customers';
    comment on column incoming_events.type is 'what the plugin made of it; null before, and for what nobody needs to know';
    revoke all on incoming_events from public;
    grant select, insert, update, delete on incoming_events to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table incoming_events;");
}
