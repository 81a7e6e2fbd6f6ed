import type { Knex } from "knex";

const makeTimePartition = (settings: string): string => `
  create or replace function app.make_time_partition(parent text, time_column text, partition text, since timestamptz, until timestamptz) returns void
    language plpgsql security definer set search_path = public, pg_temp
    as $$
    begin
      if to_regclass(partition) is not null then
        return;
      end if;
      execute format('create table %I (like %I including defaults including constraints)', partition, parent);
      ${settings}
      -- Row-level security is forced on the owner too, who has no policy: so only after the move.
      execute format('alter table %I no force row level security', parent || '_other');
      execute format('with moved as (delete from %1$I where %2$I >= %3$L and %2$I < %4$L returning *) insert into %5$I select * from moved',
        parent || '_other', time_column, since, until, partition);
      execute format('alter table %I force row level security', parent || '_other');
      execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, partition, since, until);
      execute format('alter table %I enable row level security, force row level security', partition);
    end
    $$;
`;

/**
 * A day of requests is asked by account and time only, which takes no statistics. Gathering them costs more than all other tables
 * together, for the elements of five arrays are counted, and while a day is young that happened each minute.
 */
const rarely = "autovacuum_analyze_threshold = 1000000";

const partitions = `select relname from pg_inherits join pg_class on oid = inhrelid where inhparent = 'usage_requests'::regclass`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    makeTimePartition(`if parent = 'usage_requests' then
        execute format('alter table %I set (${rarely})', partition);
      end if;`),
  );
  await knex.raw(`do $$ declare partition text; begin
    for partition in ${partitions} loop execute format('alter table %I set (${rarely})', partition); end loop;
  end $$`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(makeTimePartition(""));
  await knex.raw(`do $$ declare partition text; begin
    for partition in ${partitions} loop execute format('alter table %I reset (autovacuum_analyze_threshold)', partition); end loop;
  end $$`);
}
