import type { Knex } from "knex";

/**
 * Keys that somebody says can be read in public, until they were looked at. A report belongs to nobody: whether
 * there is such a key is found out after the answer, so that the answer cannot tell.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table api_key_reports (
      id uuid primary key,
      public_id text not null,
      hashes jsonb not null,
      url text,
      reported_at timestamptz not null,
      due_at timestamptz not null
    );
    create index api_key_reports_due on api_key_reports (due_at);
    comment on column api_key_reports.hashes is 'HMAC-SHA-256 of the reported key in hex, by version of the pepper';
    comment on column api_key_reports.due_at is 'when a worker may next take it; a claim moves it to the end of its lease';
    grant select, insert, update, delete on api_key_reports to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table api_key_reports;");
}
