import type { Knex } from "knex";

/** Figures per endpoint and ten minutes; and weeks of the event log that are judged at a given moment. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table webhook_stats (
      account_id uuid not null references accounts (id) on delete cascade,
      webhook_id uuid not null,
      at timestamptz not null,
      attempts integer not null,
      succeeded integer not null,
      given_up integer not null,
      latencies integer[] not null,
      primary key (account_id, webhook_id, at),
      foreign key (account_id, webhook_id) references webhooks (account_id, id) on delete cascade
    );
    comment on column webhook_stats.latencies is 'attempts per class of duration, see server/src/features/webhooks/stats/';
    create index webhook_stats_by_time on webhook_stats (at);
    select app.protect_tenant_table('webhook_stats');

    drop function app.keep_weeks(text, int, int);
    ${keepWeeks("parent text, weeks_ahead int, days_kept int, moment timestamptz default now()", "moment")}
    revoke execute on function app.keep_weeks(text, int, int, timestamptz) from public;
    grant execute on function app.keep_weeks(text, int, int, timestamptz) to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table webhook_stats;
    drop function app.keep_weeks(text, int, int, timestamptz);
    ${keepWeeks("parent text, weeks_ahead int, days_kept int", "now()")}
    revoke execute on function app.keep_weeks(text, int, int) from public;
    grant execute on function app.keep_weeks(text, int, int) to musicverse_system;
  `);
}

const keepWeeks = (parameters: string, moment: string) => `
    create function app.keep_weeks(${parameters}) returns void
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
          week := date_trunc('week', ${moment}, 'UTC') + make_interval(weeks => step);
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
             and to_date(right(relname, 8), 'YYYYMMDD') + 7 + days_kept < (${moment} at time zone 'UTC')::date
        loop
          execute format('drop table %I', partition);
        end loop;
      end
      $$;`;
