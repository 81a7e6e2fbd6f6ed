import type { Knex } from "knex";

/** Two secrets sign while subscribers change over. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table webhooks
      add column previous_secret text,
      add column previous_secret_until timestamptz,
      add check ((previous_secret is null) = (previous_secret_until is null));
    comment on column webhooks.previous_secret is 'the secret before the last rotation, encrypted; signs too until previous_secret_until';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("alter table webhooks drop column previous_secret, drop column previous_secret_until");
}
