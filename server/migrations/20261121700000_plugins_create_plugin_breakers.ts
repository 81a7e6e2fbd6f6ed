import type { Knex } from "knex";

/** What the breakers of each process say, for all processes to tell. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- No tenant's table. A breaker that is closed has no row.
    create table plugin_breakers (
      process_id uuid not null,
      plugin_id text not null,
      mode text not null check (mode in ('live', 'test')),
      state text not null check (state in ('open', 'half_open')),
      seen_at timestamptz not null,
      primary key (process_id, plugin_id, mode)
    );
    comment on column plugin_breakers.seen_at is 'when the process last said so; one that says nothing any more has ended';
    revoke all on plugin_breakers from public;
    grant select, insert, update, delete on plugin_breakers to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table plugin_breakers;");
}
