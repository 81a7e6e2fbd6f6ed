import type { Knex } from "knex";

/** Each lane is swept by itself: what is due in one is found without reading what waits in the other. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index generations_due_by_lane on generations (plugin_id, lane, due_at) where status in ('queued', 'running');
    drop index generations_due;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create index generations_due on generations (plugin_id, due_at) where status in ('queued', 'running');
    drop index generations_due_by_lane;
  `);
}
