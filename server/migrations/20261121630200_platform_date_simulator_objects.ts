import type { Knex } from "knex";

/** So that simulators can forget what is old. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table simulator_objects add column changed_at timestamptz not null default now();
    create index simulator_objects_by_age on simulator_objects (simulator, kind, changed_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index simulator_objects_by_age;
    alter table simulator_objects drop column changed_at;
  `);
}
