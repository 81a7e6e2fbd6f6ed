import type { Knex } from "knex";

/** What people allowed apps, and the tokens that came of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table oauth_grants (
      -- The account that the app acts on: the live one or its sandbox.
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null unique,
      -- Of another account, usually, so no foreign key: a grant whose client is gone gives nothing, and is cleaned up.
      client_id uuid not null,
      -- Who consented; belongs to the live account of the pair.
      user_id uuid not null,
      scopes text[] not null,
      created_at timestamptz not null,
      consented_at timestamptz not null,
      last_used_at timestamptz,
      expires_at timestamptz not null,
      primary key (account_id, id),
      unique (account_id, client_id, user_id)
    );
    create index oauth_grants_client on oauth_grants (client_id);
    create index oauth_grants_user on oauth_grants (user_id, client_id);
    create index oauth_grants_expires on oauth_grants (expires_at);
    select app.protect_tenant_table('oauth_grants');

    create table oauth_tokens (
      account_id uuid not null,
      hash bytea not null unique check (length(hash) = 32),
      kind text not null check (kind in ('AccessToken', 'AuthorizationCode', 'RefreshToken')),
      grant_id uuid not null,
      scopes text[] not null,
      -- What the library keeps of it; never the token itself.
      payload jsonb not null,
      consumed_at timestamptz,
      -- Of a refresh token: what it was exchanged for, encrypted with a key that only the token itself gives.
      answer text,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      primary key (account_id, hash),
      foreign key (account_id, grant_id) references oauth_grants (account_id, id) on delete cascade
    );
    create index oauth_tokens_grant on oauth_tokens (account_id, grant_id);
    create index oauth_tokens_expires on oauth_tokens (expires_at);
    create index oauth_tokens_answered on oauth_tokens (consumed_at) where answer is not null;
    comment on column oauth_tokens.hash is 'SHA-256 of a 256-bit random token: a copy of this table opens nothing';
    select app.protect_tenant_table('oauth_tokens');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table oauth_tokens; drop table oauth_grants;");
}
