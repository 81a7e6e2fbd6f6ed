import type { Knex } from "knex";

/** Who runs the platform, and a record of what they did with that power. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Only of live accounts: what an administrator sees is real, and a sandbox reaches nothing real.
    alter table accounts add column is_admin boolean not null default false check (not is_admin or mode = 'live');

    -- No tenant's table, and nobody may change or delete a row. No foreign keys: the record outlives whom it names.
    create table admin_actions (
      id uuid primary key,
      actor_kind text not null,
      actor_account_id uuid,
      actor_user_id uuid,
      actor_key_id uuid,
      action text not null check (action ~ '^[a-z_]+[.][a-z_]+$'),
      target_account_id uuid,
      target_id text not null,
      details jsonb not null,
      request_id text,
      created_at timestamptz not null,
      check ((actor_kind = 'command_line') = (actor_account_id is null))
    );
    comment on column admin_actions.target_id is 'the public id of what was changed';
    revoke all on admin_actions from public;
    grant select, insert on admin_actions to musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table admin_actions; alter table accounts drop column is_admin;");
}
