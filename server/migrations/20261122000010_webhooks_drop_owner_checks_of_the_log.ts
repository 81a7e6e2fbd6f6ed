import type { Knex } from "knex";

/**
 * Rows of the event log are written by statements that have just read their account and endpoint; to look both up again, and to
 * lock them, took the database a fifth of an event. An account that goes takes its log with it: by the erasure, which empties every
 * table of a tenant and does so again an hour later, and by a trigger, which is deferred until the foreign keys have deleted.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table events drop constraint events_account_id_fkey;
    alter table webhook_deliveries drop constraint webhook_deliveries_account_id_webhook_id_fkey;
    alter table webhook_attempts drop constraint webhook_attempts_account_id_fkey;
    -- It keeps the one to its endpoint, which belongs to the account.
    alter table webhook_numberings drop constraint webhook_numberings_account_id_fkey;

    create function app.forget_event_log() returns trigger
      language plpgsql
      as $$
      begin
        -- In this order: who writes an attempt holds its delivery, and is waited for here.
        delete from webhook_deliveries where account_id = old.id;
        delete from webhook_attempts where account_id = old.id;
        delete from events where account_id = old.id;
        return old;
      end
      $$;
    create constraint trigger forget_event_log after delete on accounts deferrable initially deferred
      for each row execute function app.forget_event_log();
    revoke execute on function app.forget_event_log() from public;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger forget_event_log on accounts;
    drop function app.forget_event_log();
    delete from webhook_deliveries d where not exists (select from webhooks w where w.account_id = d.account_id and w.id = d.webhook_id);
    delete from webhook_attempts l where not exists (select from accounts a where a.id = l.account_id);
    delete from events l where not exists (select from accounts a where a.id = l.account_id);
    alter table webhook_numberings add constraint webhook_numberings_account_id_fkey
      foreign key (account_id) references accounts (id) on delete cascade;
    alter table webhook_attempts add constraint webhook_attempts_account_id_fkey
      foreign key (account_id) references accounts (id) on delete cascade;
    alter table webhook_deliveries add constraint webhook_deliveries_account_id_webhook_id_fkey
      foreign key (account_id, webhook_id) references webhooks (account_id, id) on delete cascade;
    alter table events add constraint events_account_id_fkey
      foreign key (account_id) references accounts (id) on delete cascade;
  `);
}
