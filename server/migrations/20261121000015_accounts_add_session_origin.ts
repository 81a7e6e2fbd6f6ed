import type { Knex } from "knex";

/** What a person needs to recognise a session that is not theirs. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sessions
      add column last_used_at timestamptz not null default now(),
      add column ip text check (length(ip) <= 100),
      add column user_agent text check (length(user_agent) <= 300);
    create index sessions_expiry on sessions (expires_at);
    comment on column sessions.last_used_at is 'written in bulk, a few seconds late';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    "drop index sessions_expiry; alter table sessions drop column last_used_at, drop column ip, drop column user_agent;",
  );
}
