import type { Knex } from "knex";

/** Apps of third parties, registered by an account; anybody of any account may connect them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table oauth_clients (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null unique,
      name text not null check (length(name) between 1 and 100),
      type text not null check (type in ('confidential', 'public')),
      homepage text,
      logo_uri text,
      redirect_uris text[] not null,
      scopes text[] not null,
      secret_hash bytea check (length(secret_hash) = 32),
      secret_last4 text check (length(secret_last4) = 4),
      -- The secret before the last rotation, while it still works.
      previous_secret_hash bytea check (length(previous_secret_hash) = 32),
      previous_secret_until timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (account_id, id),
      check ((type = 'confidential') = (secret_hash is not null))
    );
    comment on column oauth_clients.secret_hash is 'SHA-256 of a 256-bit random secret: a copy of this table authenticates nobody';
    select app.protect_tenant_table('oauth_clients');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table oauth_clients;");
}
