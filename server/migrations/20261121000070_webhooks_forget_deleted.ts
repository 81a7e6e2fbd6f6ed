import type { Knex } from "knex";

/** What is left of a deleted endpoint: no URL, which may hold a secret; and nothing once the log has dropped its deliveries. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table webhooks no force row level security;
    update webhooks set url = '', description = null where deleted_at is not null;
    alter table webhooks force row level security;
    comment on column webhooks.url is 'empty once deleted';
    create index webhooks_deleted on webhooks (deleted_at) where deleted_at is not null;
    create index webhook_replays_finished on webhook_replays (finished_at) where finished_at is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    "drop index webhook_replays_finished; drop index webhooks_deleted; comment on column webhooks.url is null;",
  );
}
