import type { Knex } from "knex";

/** A delivery belongs to its endpoint, which belongs to the account and goes with it: to check the account too is done in vain for each delivery. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("alter table webhook_deliveries drop constraint webhook_deliveries_account_id_fkey");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table webhook_deliveries add constraint webhook_deliveries_account_id_fkey
      foreign key (account_id) references accounts (id) on delete cascade
  `);
}
