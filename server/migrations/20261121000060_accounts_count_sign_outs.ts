import type { Knex } from "knex";

/** Signing out everywhere ends the sign-ins of browsers at the consent pages, too: they carry a mark made from this. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table users add column sign_outs integer not null default 0;
    comment on column users.sign_outs is 'how often all sessions were ended: each time ends what was signed in with an earlier number';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("alter table users drop column sign_outs;");
}
