import type { Knex } from "knex";

/** API keys as keyed hashes only; a revoked or expired key keeps its row. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table api_keys (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      public_id text not null unique check (public_id ~ '^[0-9A-Za-z]{12}$'),
      name text not null check (length(name) between 1 and 200),
      hash bytea not null check (length(hash) = 32),
      pepper_version text not null,
      last4 text not null check (length(last4) = 4),
      scopes text[] not null,
      created_by uuid,
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      revoked_at timestamptz,
      primary key (account_id, id)
    );
    comment on column api_keys.hash is 'HMAC-SHA-256 of the key with the pepper of pepper_version';
    comment on column api_keys.created_by is 'the user or the key that made it';
    select app.protect_tenant_table('api_keys');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table api_keys;");
}
