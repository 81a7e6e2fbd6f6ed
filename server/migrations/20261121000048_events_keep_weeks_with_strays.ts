import type { Knex } from "knex";

/**
 * A row that came before its week was made (from a process whose clock is wrong, or while no worker ran for weeks) lies in
 * the default partition. PostgreSQL then refuses to make the week, so it moves there: by way of a table of
 * its own, because a check of foreign keys on attaching would see no rows of the tables they point at. And one at a time makes weeks.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    keepWeeks({
      declare: "id_column text;",
      before: `
        perform pg_advisory_xact_lock(hashtext('musicverse keep weeks of ' || parent));
        select attname into id_column from pg_partitioned_table join pg_attribute on attrelid = partrelid and attnum = partattrs[0]
         where partrelid = to_regclass(parent);`,
      make: `
            execute format('create table %I (like %I)', partition || '_strays', parent);
            -- Row-level security is forced on the owner too, who has no policy.
            execute format('alter table %I no force row level security', parent || '_other');
            execute format('with moved as (delete from %1$I where %2$I >= %3$L and %2$I < %4$L returning *) insert into %5$I select * from moved',
              parent || '_other', id_column, app.uuid_at(week), app.uuid_at(week + interval '1 week'), partition || '_strays');
            execute format('alter table %I force row level security', parent || '_other');${makeWeek}
            execute format('insert into %I select * from %I', partition, partition || '_strays');
            execute format('drop table %I', partition || '_strays');`,
    }),
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    keepWeeks({
      declare: "",
      before: "",
      make: makeWeek,
    }),
  );
}

const makeWeek = `
            execute format('create table %I partition of %I for values from (%L) to (%L)', partition, parent,
              app.uuid_at(week), app.uuid_at(week + interval '1 week'));`;

const keepWeeks = ({ declare, before, make }: { declare: string; before: string; make: string }) => `
    create or replace function app.keep_weeks(parent text, weeks_ahead int, days_kept int, moment timestamptz default now()) returns void
      language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s'
      as $$
      declare
        week timestamptz;
        partition text;
        ${declare}
      begin
        if not exists (select from pg_partitioned_table where partrelid = to_regclass(parent)) then
          raise exception '% is not a partitioned table', parent;
        end if;${before}
        for step in 0..weeks_ahead loop
          week := date_trunc('week', moment, 'UTC') + make_interval(weeks => step);
          partition := parent || '_w' || to_char(week at time zone 'UTC', 'YYYYMMDD');
          if to_regclass(partition) is null then${make}
            execute format('alter table %I enable row level security, force row level security', partition);
          end if;
        end loop;
        for partition in
          select relname from pg_inherits join pg_class on oid = inhrelid
           where inhparent = to_regclass(parent) and relname ~ '_w[0-9]{8}$'
             and to_date(right(relname, 8), 'YYYYMMDD') + 7 + days_kept < (moment at time zone 'UTC')::date
        loop
          execute format('drop table %I', partition);
        end loop;
      end
      $$;`;
