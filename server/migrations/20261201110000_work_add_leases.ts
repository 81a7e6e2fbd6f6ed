import type { Knex } from "knex";

/** What every table of background work has: a due time, a lease beside it, how often it was tried and what went wrong last. */
const tables = ["mails", "account_erasures", "blob_deletions", "password_reset_requests", "api_key_reports"] as const;
const hadAttempts: readonly string[] = ["mails", "account_erasures"];
const hadLastError: readonly string[] = ["mails"];

export async function up(knex: Knex): Promise<void> {
  for (const table of tables) {
    await knex.raw(`
      alter table ${table}
        add column lease_token uuid,
        add column lease_until timestamptz
        ${hadAttempts.includes(table) ? "" : ", add column attempts integer not null default 0"}
        ${hadLastError.includes(table) ? "" : ", add column last_error text"};
      comment on column ${table}.due_at is 'when a worker may first take it';
      comment on column ${table}.lease_token is 'what the worker that has it shows to write; whoever claims it later has another one';
      comment on column ${table}.lease_until is 'until when no other worker may take it';
      comment on column ${table}.attempts is 'claims so far';
    `);
  }
}

/** What is leased becomes due when its lease ends. */
export async function down(knex: Knex): Promise<void> {
  for (const table of tables) {
    const isTenantTable = table === "mails" || table === "blob_deletions";
    // The owner of a table under forced row-level security sees none of its rows, and would change none.
    await knex.raw(`
      ${isTenantTable ? `alter table ${table} no force row level security;` : ""}
      update ${table} set due_at = lease_until where lease_until > due_at;
      ${isTenantTable ? `alter table ${table} force row level security;` : ""}
      alter table ${table}
        drop column lease_token,
        drop column lease_until
        ${hadAttempts.includes(table) ? "" : ", drop column attempts"}
        ${hadLastError.includes(table) ? "" : ", drop column last_error"};
      comment on column ${table}.due_at is 'when a worker may next take it; a claim moves it to the end of its lease';
      ${hadAttempts.includes(table) ? `comment on column ${table}.attempts is 'grows with each claim, so it also tells the holder of the lease from earlier ones';` : ""}
    `);
  }
}
