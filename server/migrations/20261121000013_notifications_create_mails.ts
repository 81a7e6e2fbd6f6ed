import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table mails (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      content text not null,
      state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
      attempts integer not null default 0,
      due_at timestamptz not null default now(),
      last_error text,
      created_at timestamptz not null,
      finished_at timestamptz,
      primary key (account_id, id),
      check ((state = 'waiting') = (finished_at is null))
    );
    create index mails_due on mails (due_at) where state = 'waiting';
    create index mails_by_age on mails (created_at);
    comment on column mails.content is 'recipient, subject, text and link, encrypted with the key ring: links sign people in';
    comment on column mails.due_at is 'when a worker may next take it; a claim moves it to the end of its lease';
    comment on column mails.attempts is 'grows with each claim, so it also tells the holder of the lease from earlier ones';
    select app.protect_tenant_table('mails');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table mails");
}
