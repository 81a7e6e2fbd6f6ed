import type { Knex } from "knex";

/** What accounts may do, where it comes from, and everything that ever changed it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table accounts add column entitlements_version integer not null default 0;
    comment on column accounts.entitlements_version is 'grows with each change of the account''s entitlements';
    comment on column accounts.plan is 'what its entitlements come to, without boosts: for people to read; written with them';
    comment on column accounts.boost_expires_at is 'the end of the last boost, written with the entitlements; null: there is none';

    create table entitlements (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      source text not null check (source in ('plan', 'boost', 'plan_grant', 'boost_grant')),
      ref text not null check (length(ref) between 1 and 255),
      plan text not null,
      starts_at timestamptz not null,
      ends_at timestamptz,
      version integer not null,
      primary key (account_id, id),
      unique (account_id, source, ref),
      check (ends_at > starts_at)
    );
    create index entitlements_by_end on entitlements (ends_at);
    comment on column entitlements.ref is 'the provider''s id of the subscription or payment; "grant" for what an administrator gives';
    comment on column entitlements.version is 'the account''s, when this row was last written';
    select app.protect_tenant_table('entitlements');

    create table entitlement_changes (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      change text not null check (change in ('granted', 'updated', 'revoked', 'expired')),
      source text not null,
      ref text not null,
      plan text not null,
      starts_at timestamptz not null,
      ends_at timestamptz,
      version integer not null,
      cause text not null check (cause in ('provider_event', 'checkout', 'reconciliation', 'administrator', 'expiry', 'import')),
      cause_ids text[] not null,
      created_at timestamptz not null,
      primary key (account_id, id)
    );
    comment on column entitlement_changes.cause_ids is 'the provider''s ids of the events, or the id of the administrator''s request';
    select app.protect_tenant_table('entitlement_changes');
    -- What was once so stays written: rows go only with their account.
    revoke update, delete on entitlement_changes from musicverse_app, musicverse_system;

    -- Plans and boosts that were set by hand before.
    insert into entitlements (account_id, id, source, ref, plan, starts_at, ends_at, version)
    select id, gen_random_uuid(), 'plan_grant', 'grant', plan, now(), null, 1 from accounts where mode = 'live' and plan <> 'free'
    union all
    select id, gen_random_uuid(), 'boost_grant', 'grant', 'pro', now(), boost_expires_at, 1 from accounts where mode = 'live' and boost_expires_at > now();
    update accounts set entitlements_version = 1 where id in (select account_id from entitlements);
    insert into entitlement_changes (account_id, id, change, source, ref, plan, starts_at, ends_at, version, cause, cause_ids, created_at)
    select account_id, overlay(overlay(id::text placing substr(moment, 1, 8) from 1) placing substr(moment, 9, 4) || '-7' from 10 for 6)::uuid,
           'granted', source, ref, plan, starts_at, ends_at, 1, 'import', '{}', now()
      from entitlements, lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') as moment;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table entitlement_changes;
    drop table entitlements;
    alter table accounts drop column entitlements_version;
    comment on column accounts.plan is 'id of a plan of the catalogue; one that is not in it counts as free';
    comment on column accounts.boost_expires_at is 'until then the effective plan is the one of the add-on; null: never bought';
  `);
}
