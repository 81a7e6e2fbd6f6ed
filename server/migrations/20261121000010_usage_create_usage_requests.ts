import type { Knex } from "knex";

/**
 * Every request, and what became of it. One row holds the requests of one kind that a process saw end within one
 * flush and one minute: who asked for what with which outcome is the row, what differs from request to request is in arrays.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table usage_requests (
      account_id uuid not null,
      minute timestamptz not null,
      id uuid not null,
      mode text,
      credential text,
      key_id uuid,
      client_id text,
      session_id uuid,
      operation text,
      method text not null,
      status smallint not null,
      problem text,
      agent text,
      deprecated boolean not null,
      replayed boolean not null,
      requests integer not null check (requests > 0),
      bytes_in bigint not null,
      bytes_out bigint not null,
      last_at timestamptz not null,
      ends_ms integer[] not null,
      latencies_us integer[] not null,
      each_bytes_in bigint[] not null,
      each_bytes_out bigint[] not null,
      request_ids text[] not null,
      primary key (account_id, minute, id)
    ) partition by range (minute);
    create index usage_requests_minute on usage_requests using brin (minute);
    comment on table usage_requests is 'kept 30 days, then only as usage_rollups';
    comment on column usage_requests.account_id is 'the nil UUID: nobody had signed in. No foreign key: checking it would cost more than the row';
    comment on column usage_requests.id is 'made before the first try to store it: storing it again changes nothing';
    comment on column usage_requests.ends_ms is 'when each request ended, in ms of the minute; the arrays have one order';
    comment on column usage_requests.agent is 'product and version of the client, as musicverse-js/1.2.0';
    create table usage_requests_other partition of usage_requests default;
    alter table usage_requests_other enable row level security, force row level security;
    select app.protect_tenant_table('usage_requests');

    create table usage_rollups (
      account_id uuid not null,
      starts_at timestamptz not null,
      span text not null check (span in ('hour', 'day')),
      n integer not null,
      mode text,
      credential text,
      key_id uuid,
      client_id text,
      operation text,
      method text not null,
      status smallint not null,
      problem text,
      deprecated boolean not null,
      requests bigint not null,
      replayed bigint not null,
      bytes_in bigint not null,
      bytes_out bigint not null,
      last_at timestamptz not null,
      latency_buckets bigint[] not null,
      primary key (account_id, starts_at, span, n)
    ) partition by range (starts_at);
    create index usage_rollups_starts_at on usage_rollups (starts_at, span);
    comment on column usage_rollups.latency_buckets is 'requests per app.latency_bucket, from bucket 0: sums of them are histograms of the whole';
    create table usage_rollups_other partition of usage_rollups default;
    alter table usage_rollups_other enable row level security, force row level security;
    select app.protect_tenant_table('usage_rollups');

    -- Hours and days whose rollups hold everything. A request that is stored later takes its hour and day out again.
    create table usage_rolled (
      starts_at timestamptz not null,
      span text not null check (span in ('hour', 'day')),
      primary key (span, starts_at)
    );
    revoke all on usage_rolled from public;
    grant select, insert, delete on usage_rolled to musicverse_system;

    -- Those of one span that lie within a time. Tenants ask too, and learn nothing but that time has passed.
    create function app.usage_rolled(wanted text, since timestamptz, until timestamptz) returns setof timestamptz
      language sql stable security definer set search_path = public, pg_temp
      as $$
        select starts_at from usage_rolled
         where span = wanted and starts_at >= since
           and starts_at + case wanted when 'hour' then interval '1 hour' else interval '24 hours' end <= until
      $$;

    -- Eight buckets for each doubling, from 64 us: any value of a bucket is within 4.5 % of its geometric middle.
    create function app.latency_bucket(us integer) returns integer
      language sql immutable strict parallel safe
      as $$ select floor(8 * (ln(greatest(us, 64)) - ln(64)) / ln(2))::int $$;

    -- An account that goes takes its figures with it.
    create function app.forget_usage() returns trigger
      language plpgsql
      as $$
      begin
        delete from usage_requests where account_id = old.id;
        delete from usage_rollups where account_id = old.id;
        return old;
      end
      $$;
    create trigger forget_usage after delete on accounts for each row execute function app.forget_usage();

    revoke execute on function app.usage_rolled(text, timestamptz, timestamptz), app.latency_bucket(integer), app.forget_usage() from public;
    grant execute on function app.usage_rolled(text, timestamptz, timestamptz), app.latency_bucket(integer) to musicverse_app, musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger forget_usage on accounts;
    drop table usage_rolled; drop table usage_rollups; drop table usage_requests;
    drop function app.forget_usage(); drop function app.latency_bucket(integer); drop function app.usage_rolled(text, timestamptz, timestamptz);
  `);
}
