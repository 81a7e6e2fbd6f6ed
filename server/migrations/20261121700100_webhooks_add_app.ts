import type { Knex } from "knex";

/** Which app an endpoint belongs to, so that it ends with the app's connection. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table webhooks add column app_client_id uuid;
    comment on column webhooks.app_client_id is 'OAuth client that set the URL; null: the account itself';
    create index webhooks_of_apps on webhooks (account_id, app_client_id) where app_client_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop index webhooks_of_apps; alter table webhooks drop column app_client_id;");
}
