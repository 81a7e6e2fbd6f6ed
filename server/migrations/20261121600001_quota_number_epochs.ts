import type { Knex } from "knex";

/** No number is given twice, also when the transaction that took one is rolled back: Redis may have been told of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create sequence quota_epochs as bigint;
    grant usage on sequence quota_epochs to musicverse_app, musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop sequence quota_epochs;");
}
