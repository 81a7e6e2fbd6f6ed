import type { Knex } from "knex";

/** Links in mails, and what they prove. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table users add column email_verified_at timestamptz;
    comment on column users.email_verified_at is 'when its owner opened a link that was sent to this address';

    create table user_tokens (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      user_id uuid not null,
      purpose text not null check (purpose in ('verify_email', 'reset_password')),
      token_hash bytea not null unique,
      email text not null check (length(email) between 3 and 254),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      primary key (account_id, id)
    );
    create index user_tokens_user on user_tokens (user_id);
    create index user_tokens_expiry on user_tokens (expires_at);
    comment on table user_tokens is 'links in mails that were not used yet; using one deletes it';
    comment on column user_tokens.account_id is 'the account acted on when it was asked for: its user may belong to the live twin';
    comment on column user_tokens.token_hash is 'SHA-256 of a 256-bit random token: a copy of this table opens nothing';
    comment on column user_tokens.email is 'where the link was sent, which is what using it proves';
    select app.protect_tenant_table('user_tokens');

    -- No tenant yet: whether the address belongs to one is found out later, so that asking takes the same time for all.
    create table password_reset_requests (
      id uuid primary key,
      content text not null,
      due_at timestamptz not null default now(),
      created_at timestamptz not null
    );
    create index password_reset_requests_due on password_reset_requests (due_at);
    comment on column password_reset_requests.content is 'address and link, encrypted with the key ring';
    comment on column password_reset_requests.due_at is 'when a worker may next take it; a claim moves it to the end of its lease';
    grant select, insert, update, delete on password_reset_requests to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    "drop table password_reset_requests; drop table user_tokens; alter table users drop column email_verified_at;",
  );
}
