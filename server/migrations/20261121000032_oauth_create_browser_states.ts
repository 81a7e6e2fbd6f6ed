import type { Knex } from "knex";

/** Where browsers are on their way through sign-in and consent. Nobody's before they signed in, so no tenant's. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table oauth_browser_states (
      hash bytea primary key check (length(hash) = 32),
      kind text not null,
      uid_hash bytea unique check (length(uid_hash) = 32),
      user_id uuid,
      -- Encrypted: it holds what the app asked for, and cookies' values.
      sealed text not null,
      consumed_at timestamptz,
      expires_at timestamptz not null
    );
    create index oauth_browser_states_user on oauth_browser_states (user_id) where user_id is not null;
    create index oauth_browser_states_expires on oauth_browser_states (expires_at);
    grant select, insert, update, delete on oauth_browser_states to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table oauth_browser_states;");
}
