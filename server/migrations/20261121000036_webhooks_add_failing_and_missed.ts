import type { Knex } from "knex";

/** Since when an endpoint only fails, and what it missed while it was disabled. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table webhooks
      add column failing_since timestamptz,
      add column failing_attempts integer not null default 0,
      add column warned_at timestamptz,
      add column disabled_at timestamptz,
      add column missed_since timestamptz,
      add column missed_until timestamptz;
    update webhooks set disabled_at = updated_at, missed_since = updated_at where status = 'disabled';
    alter table webhooks add check ((status = 'disabled') = (disabled_at is not null));
    comment on column webhooks.failing_since is 'the first failure after which there was no success';
    comment on column webhooks.failing_attempts is 'attempts since then, all of them failed';
    comment on column webhooks.warned_at is 'when its owner was told of these failures';
    comment on column webhooks.missed_since is 'when it was first disabled; from then on events may have no delivery to it';
    comment on column webhooks.missed_until is 'when it was enabled again; null: it is disabled';
    create index webhooks_failing on webhooks (failing_since) where failing_since is not null and status = 'enabled';

    alter table events add column webhook_id uuid;
    comment on column events.webhook_id is 'a test for this endpoint only; null: for all that subscribe';
    grant execute on function app.uuid_at(timestamptz) to musicverse_app, musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    revoke execute on function app.uuid_at(timestamptz) from musicverse_app, musicverse_system;
    alter table events drop column webhook_id;
    alter table webhooks
      drop column failing_since, drop column failing_attempts, drop column warned_at, drop column disabled_at,
      drop column missed_since, drop column missed_until;
  `);
}
