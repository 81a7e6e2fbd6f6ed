import type { Knex } from "knex";

/**
 * The event log, in weekly partitions by id (UUIDv7 = time): old weeks are dropped, never deleted row by row.
 * No foreign key points at such a table: it would forbid dropping a week.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The smallest UUIDv7 of a moment.
    create function app.uuid_at(moment timestamptz) returns uuid
      language sql immutable parallel safe
      as $$ select rpad(lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid $$;

    -- Makes the weekly partitions of a table from this week to \`weeks_ahead\`, and drops those that ended more than
    -- \`days_kept\` ago. Ids outside of all weeks go to the default partition. Runs as the owner of the schema.
    create function app.keep_weeks(parent text, weeks_ahead int, days_kept int) returns void
      language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s'
      as $$
      declare
        week timestamptz;
        partition text;
      begin
        if not exists (select from pg_partitioned_table where partrelid = to_regclass(parent)) then
          raise exception '% is not a partitioned table', parent;
        end if;
        for step in 0..weeks_ahead loop
          week := date_trunc('week', now(), 'UTC') + make_interval(weeks => step);
          partition := parent || '_w' || to_char(week at time zone 'UTC', 'YYYYMMDD');
          if to_regclass(partition) is null then
            execute format('create table %I partition of %I for values from (%L) to (%L)', partition, parent,
              app.uuid_at(week), app.uuid_at(week + interval '1 week'));
            execute format('alter table %I enable row level security, force row level security', partition);
          end if;
        end loop;
        for partition in
          select relname from pg_inherits join pg_class on oid = inhrelid
           where inhparent = to_regclass(parent) and relname ~ '_w[0-9]{8}$'
             and to_date(right(relname, 8), 'YYYYMMDD') + 7 + days_kept < current_date
        loop
          execute format('drop table %I', partition);
        end loop;
      end
      $$;
    revoke execute on function app.uuid_at(timestamptz), app.keep_weeks(text, int, int) from public;
    grant execute on function app.keep_weeks(text, int, int) to musicverse_system;

    create table events (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      type text not null,
      payload json not null,
      request_id text,
      created_at timestamptz not null,
      primary key (account_id, id)
    ) partition by range (id);
    create index events_by_type on events (account_id, type, id desc);
    comment on column events.payload is 'the exact bytes sent to subscribers: json, because jsonb would rewrite them';
    create table events_other partition of events default;
    alter table events_other enable row level security, force row level security;
    select app.protect_tenant_table('events');
    select app.keep_weeks('events', 4, 30);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table events;
    drop function app.keep_weeks(text, int, int);
    drop function app.uuid_at(timestamptz);
  `);
}
