import type { Knex } from "knex";

/** What simulators of providers keep, the same for every process. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- No tenant's table: to a simulator all sandboxes are customers of one account. Nothing real is in it.
    create table simulator_objects (
      simulator text not null,
      id text not null,
      kind text not null,
      owner text not null,
      position bigint generated always as identity,
      object json not null,
      primary key (simulator, id)
    );
    create index simulator_objects_listed on simulator_objects (simulator, kind, owner, position);
    comment on column simulator_objects.owner is 'the simulated customer whose it is, empty for nobody''s';
    revoke all on simulator_objects from public;
    grant select, insert, update, delete on simulator_objects to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table simulator_objects;");
}
