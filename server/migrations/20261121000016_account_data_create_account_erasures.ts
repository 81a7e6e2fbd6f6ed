import type { Knex } from "knex";

/** Accounts that were deleted and whose data is not gone yet. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- No tenant's table and no foreign keys: the row outlives the accounts that it removes, and goes last.
    create table account_erasures (
      live_id uuid primary key,
      sandbox_id uuid not null,
      requested_at timestamptz not null,
      due_at timestamptz not null default now(),
      attempts integer not null default 0,
      removed_at timestamptz
    );
    create index account_erasures_due on account_erasures (due_at);
    comment on column account_erasures.due_at is 'when a worker may next take it; a claim moves it to the end of its lease';
    comment on column account_erasures.attempts is 'grows with each claim, so it also tells the holder of the lease from earlier ones';
    comment on column account_erasures.removed_at is 'when the accounts went; what was still on its way to a table then is removed an hour later';
    revoke all on account_erasures from public;
    grant select, insert, update, delete on account_erasures to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table account_erasures");
}
