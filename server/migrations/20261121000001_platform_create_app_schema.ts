import type { Knex } from "knex";

/**
 * The tenancy mechanism every later migration uses: who the tenant is, and one call that closes a table.
 * The roles are made before, by `ensureRoles`: they belong to the cluster and outlive this database.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema app;
    revoke all on schema public from public;
    grant usage on schema public, app to musicverse_app, musicverse_system;
    -- Readiness compares the list with what this version of the server needs.
    grant select on public.migrations to musicverse_system;

    -- The tenant of this transaction; null (so: no rows) when nobody set one.
    create function app.account_id() returns uuid
      language sql stable parallel safe
      as $$ select nullif(current_setting('app.account_id', true), '')::uuid $$;

    -- Closes one table that belongs to tenants: row-level security on and forced (for the owner too), one policy
    -- per role, and exactly the grants the server needs. Policies compare one column with the wrapped setting,
    -- so that the planner evaluates it once and indexes stay usable.
    create function app.protect_tenant_table(target regclass, tenant_column name default 'account_id') returns void
      language plpgsql
      as $$
      begin
        execute format('alter table %s enable row level security', target);
        execute format('alter table %s force row level security', target);
        execute format('create policy tenant on %s to musicverse_app
          using (%2$I = (select app.account_id())) with check (%2$I = (select app.account_id()))', target, tenant_column);
        execute format('create policy system on %s to musicverse_system using (true) with check (true)', target);
        execute format('revoke all on %s from public', target);
        execute format('grant select, insert, update, delete on %s to musicverse_app, musicverse_system', target);
      end
      $$;

    revoke execute on all functions in schema app from public;
    grant execute on function app.account_id() to musicverse_app, musicverse_system;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function app.protect_tenant_table(regclass, name);
    drop function app.account_id();
    drop schema app;
    revoke usage on schema public from musicverse_app, musicverse_system;
    grant usage on schema public to public;
  `);
}
