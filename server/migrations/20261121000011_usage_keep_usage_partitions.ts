import type { Knex } from "knex";

/** Partitions of usage: a day of requests, a month of rollups. Made ahead; dropped whole. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Makes one partition unless it is there, and takes over what came for its time before and went to the default one.
    create function app.make_time_partition(parent text, time_column text, partition text, since timestamptz, until timestamptz) returns void
      language plpgsql security definer set search_path = public, pg_temp
      as $$
      begin
        if to_regclass(partition) is not null then
          return;
        end if;
        execute format('create table %I (like %I including defaults including constraints)', partition, parent);
        -- Row-level security is forced on the owner too, who has no policy: so only after the move.
        execute format('alter table %I no force row level security', parent || '_other');
        execute format('with moved as (delete from %1$I where %2$I >= %3$L and %2$I < %4$L returning *) insert into %5$I select * from moved',
          parent || '_other', time_column, since, until, partition);
        execute format('alter table %I force row level security', parent || '_other');
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, partition, since, until);
        execute format('alter table %I enable row level security, force row level security', partition);
      end
      $$;

    -- At \`moment\`: days of requests until a week ahead, months of rollups until the next; drops days that are over for
    -- \`days_kept\` and rolled up, and months that are over for \`months_kept\`. Runs as the owner of the schema.
    create function app.keep_usage(moment timestamptz, days_kept int, months_kept int) returns void
      language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' set timezone = 'UTC'
      as $$
      declare
        today timestamptz := date_trunc('day', moment);
        month timestamptz := date_trunc('month', moment);
        partition text;
      begin
        perform pg_advisory_xact_lock(hashtext('musicverse keep usage'));
        for step in -1..7 loop
          perform app.make_time_partition('usage_requests', 'minute', 'usage_requests_d' || to_char(today + step * interval '1 day', 'YYYYMMDD'),
            today + step * interval '1 day', today + (step + 1) * interval '1 day');
        end loop;
        for step in -1..1 loop
          perform app.make_time_partition('usage_rollups', 'starts_at', 'usage_rollups_m' || to_char(month + step * interval '1 month', 'YYYYMM'),
            month + step * interval '1 month', month + (step + 1) * interval '1 month');
        end loop;
        for partition in
          select relname from pg_inherits join pg_class on oid = inhrelid
           where inhparent = 'usage_requests'::regclass and relname ~ '_d[0-9]{8}$'
             and to_date(right(relname, 8), 'YYYYMMDD')::timestamptz + (days_kept + 1) * interval '1 day' <= today
             and exists (select from usage_rolled where span = 'day' and starts_at = to_date(right(relname, 8), 'YYYYMMDD')::timestamptz)
        loop
          execute format('drop table %I', partition);
        end loop;
        for partition in
          select relname from pg_inherits join pg_class on oid = inhrelid
           where inhparent = 'usage_rollups'::regclass and relname ~ '_m[0-9]{6}$'
             and to_date(right(relname, 6), 'YYYYMM')::timestamptz + (months_kept + 1) * interval '1 month' <= month
        loop
          execute format('drop table %I', partition);
        end loop;
      end
      $$;

    -- The first day that has requests of its own: before it there is nothing to roll up.
    create function app.first_usage_day() returns timestamptz
      language sql stable security definer set search_path = public, pg_temp set timezone = 'UTC'
      as $$
        select min(to_date(right(relname, 8), 'YYYYMMDD')::timestamptz) from pg_inherits join pg_class on oid = inhrelid
         where inhparent = 'usage_requests'::regclass and relname ~ '_d[0-9]{8}$'
      $$;

    revoke execute on function app.make_time_partition(text, text, text, timestamptz, timestamptz), app.keep_usage(timestamptz, int, int),
      app.first_usage_day() from public;
    grant execute on function app.keep_usage(timestamptz, int, int), app.first_usage_day() to musicverse_system;
    select app.keep_usage(now(), 30, 13);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function app.first_usage_day();
    drop function app.keep_usage(timestamptz, int, int);
    drop function app.make_time_partition(text, text, text, timestamptz, timestamptz);
  `);
}
