import type { Knex } from "knex";

/** The tenant, the people who sign in, and their sessions. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table accounts (
      id uuid primary key,
      mode text not null check (mode in ('live', 'test')),
      -- A live account and its sandbox point at each other; both are inserted in one transaction.
      twin_id uuid not null unique references accounts (id) on delete cascade deferrable initially deferred,
      name text not null check (length(name) between 1 and 200),
      tier text not null,
      created_at timestamptz not null default now(),
      check (twin_id <> id)
    );
    select app.protect_tenant_table('accounts', 'id');

    create table users (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      email text not null check (length(email) between 3 and 254),
      password_hash text not null,
      created_at timestamptz not null default now(),
      primary key (account_id, id)
    );
    -- Across all tenants on purpose: a person signs in before we know the account.
    create unique index users_email on users (lower(email));
    select app.protect_tenant_table('users');

    create table sessions (
      account_id uuid not null,
      id uuid not null,
      user_id uuid not null,
      token_hash bytea not null unique,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      revoked_at timestamptz,
      primary key (account_id, id),
      foreign key (account_id, user_id) references users (account_id, id) on delete cascade
    );
    create index sessions_user on sessions (account_id, user_id);
    comment on column sessions.token_hash is 'SHA-256 of a 256-bit random token: a copy of this table signs nobody in';
    select app.protect_tenant_table('sessions');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table sessions; drop table users; drop table accounts;");
}
