import type { Knex } from "knex";

/** People who sign in with a provider. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table users alter column password_hash drop not null;
    comment on column users.password_hash is 'null: signs in with a provider only';

    create table identities (
      account_id uuid not null,
      id uuid not null,
      user_id uuid not null,
      provider text not null,
      mode text not null check (mode in ('live', 'test')),
      subject text not null check (length(subject) between 1 and 255),
      name text,
      linked_at timestamptz not null,
      primary key (account_id, id),
      unique (account_id, user_id, provider),
      foreign key (account_id, user_id) references users (account_id, id) on delete cascade
    );
    -- Across all tenants on purpose: a person signs in before we know the account.
    create unique index identities_subject on identities (provider, mode, subject);
    comment on column identities.mode is 'test: of the simulator, which lets everybody be anybody; never the same person as a live one';
    comment on column identities.subject is 'the id of the person at the provider';
    select app.protect_tenant_table('identities');

    -- No tenant's table: who signs in is known at its end.
    create table sign_ins (
      id uuid primary key,
      provider text not null,
      mode text not null check (mode in ('live', 'test')),
      secret_hash bytea not null,
      state_hash bytea not null unique,
      code_verifier text not null,
      callback_url text not null,
      redirect_uri text not null,
      provider_code text,
      code_hash bytea,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      returned_at timestamptz,
      used_at timestamptz
    );
    create index sign_ins_expiry on sign_ins (expires_at);
    comment on column sign_ins.secret_hash is 'SHA-256 of 256 random bits that the browser which began it keeps';
    comment on column sign_ins.code_hash is 'SHA-256 of 256 random bits that went to the browser which came back';
    comment on column sign_ins.code_verifier is 'of PKCE, encrypted with the key ring; provider_code too';
    revoke all on sign_ins from public;
    grant select, insert, update, delete on sign_ins to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table sign_ins;
    drop table identities;
    update users set password_hash = '' where password_hash is null;
    alter table users alter column password_hash set not null;
  `);
}
