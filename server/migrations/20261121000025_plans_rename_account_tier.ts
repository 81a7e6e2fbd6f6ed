import type { Knex } from "knex";

/** What an account subscribes to. A sandbox has the plan of its live account, so its own column says nothing. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table accounts rename column tier to plan;
    alter table accounts alter column plan set default 'free';
    alter table accounts add column boost_expires_at timestamptz;
    update accounts set plan = default where mode = 'test';
    comment on column accounts.plan is 'id of a plan of the catalogue; one that is not in it counts as free';
    comment on column accounts.boost_expires_at is 'until then the effective plan is the one of the add-on; null: never bought';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table accounts drop column boost_expires_at;
    alter table accounts alter column plan drop default;
    update accounts set plan = 'sandbox' where mode = 'test';
    alter table accounts rename column plan to tier;
    comment on column accounts.tier is null;
  `);
}
