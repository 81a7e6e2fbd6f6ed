import type { Knex } from "knex";

/**
 * A numbering belongs to its endpoint, which belongs to the account. An attempt is written together with its delivery, which
 * belongs to its endpoint, and its row is locked then: an account that goes waits for it, and the trigger, which is deferred
 * until all foreign keys have deleted, finds the attempt. To look up the account for each of these rows took the database a tenth of a delivery.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table webhook_numberings drop constraint webhook_numberings_account_id_fkey;
    alter table webhook_attempts drop constraint webhook_attempts_account_id_fkey;

    create function app.forget_webhook_attempts() returns trigger
      language plpgsql
      as $$
      begin
        delete from webhook_attempts where account_id = old.id;
        return old;
      end
      $$;
    create constraint trigger forget_webhook_attempts after delete on accounts deferrable initially deferred
      for each row execute function app.forget_webhook_attempts();
    revoke execute on function app.forget_webhook_attempts() from public;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger forget_webhook_attempts on accounts;
    drop function app.forget_webhook_attempts();
    alter table webhook_attempts add constraint webhook_attempts_account_id_fkey
      foreign key (account_id) references accounts (id) on delete cascade;
    alter table webhook_numberings add constraint webhook_numberings_account_id_fkey
      foreign key (account_id) references accounts (id) on delete cascade;
  `);
}
