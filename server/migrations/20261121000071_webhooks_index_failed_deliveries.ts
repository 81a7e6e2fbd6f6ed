import type { Knex } from "knex";

/** The few that failed among many that did not, newest first. Others are not in it, so that deliveries cost no more. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index webhook_deliveries_failed on webhook_deliveries (account_id, webhook_id, status, id desc)
      where status in ('failed', 'canceled');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop index webhook_deliveries_failed;");
}
