import type { Knex } from "knex";

/** The due time has the name that it has in every table of background work. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("alter table incoming_events rename column next_attempt_at to due_at");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("alter table incoming_events rename column due_at to next_attempt_at");
}
