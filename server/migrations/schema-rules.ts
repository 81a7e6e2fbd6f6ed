import type { Database } from "../src/platform/db/index.ts";

interface Finding {
  table: string;
  rule: string;
}

/**
 * What is wrong with the tenancy of a database, one line per table and rule; nothing when all holds. A table belongs to
 * tenants when it has `account_id` (accounts: `id`); any other table of the app must not be reachable for the app's role.
 */
export async function findTenancyProblems(db: Database): Promise<string[]> {
  const findings = await db.asSystem("check the schema", (tx) => tx.query<Finding>(RULES));
  return findings.map(({ table, rule }) => `${table}: ${rule}`);
}

/** Queue tables of BullMQ live in a schema of their own and carry only pointers; migrations is ours and holds names. */
const RULES = `
  with tables as (
    select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
           (select attnum from pg_attribute a where a.attrelid = c.oid
             and a.attname = case c.relname when 'accounts' then 'id' else 'account_id' end
             and not a.attisdropped) as tenant
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'migrations'
  ), tenants as (select * from tables where tenant is not null),
  policies as (
    select polrelid, polname, polpermissive,
           (select array_agg(rolname::text) from pg_roles where oid = any(polroles)) as roles,
           pg_get_expr(polqual, polrelid) as visible, pg_get_expr(polwithcheck, polrelid) as writable
      from pg_policy
  ), grants as (
    select c.oid as relid, coalesce(g.rolname::text, 'public') as grantee, a.privilege_type
      from pg_class c cross join aclexplode(c.relacl) a left join pg_roles g on g.oid = a.grantee
  )
  select relname as table, 'row-level security is not enabled' as rule from tenants where not relrowsecurity
  union all
  select relname, 'row-level security is not forced' from tenants where not relforcerowsecurity
  union all
  select relname, 'account_id may be null' from tenants t
   where not (select attnotnull from pg_attribute where attrelid = t.oid and attnum = t.tenant)
  union all
  select relname, 'the primary key does not lead with account_id' from tenants t
   where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary and i.indkey[0] = t.tenant)
  union all
  -- A partition is reached through its parent, whose policies then hold; by itself it must be closed.
  select relname, 'no policy "tenant" for musicverse_app that compares with app.account_id()' from tenants t
   where not relispartition and not exists (
     select from policies p where p.polrelid = t.oid and p.polname = 'tenant' and p.roles = '{musicverse_app}'
        and p.visible ~ 'SELECT app.account_id\\(\\)' and p.writable ~ 'SELECT app.account_id\\(\\)')
  union all
  select relname, 'no policy "system" for musicverse_system' from tenants t
   where not relispartition and not exists (
     select from policies p where p.polrelid = t.oid and p.polname = 'system' and p.roles = '{musicverse_system}')
  union all
  select relname, 'has a policy besides "tenant" and "system": ' || p.polname
    from tables t join policies p on p.polrelid = t.oid where p.polname not in ('tenant', 'system')
  union all
  select relname, 'is granted to ' || grantee from tables t join grants g on g.relid = t.oid where grantee = 'public'
  union all
  select distinct relname, 'has no account_id but is granted to musicverse_app' from tables t
    join grants g on g.relid = t.oid where t.tenant is null and grantee = 'musicverse_app'
  union all
  select conrelid::regclass::text, 'foreign key ' || conname || ' does not carry account_id' from pg_constraint f
    join tenants t on t.oid = f.conrelid join tenants target on target.oid = f.confrelid
   where f.contype = 'f' and target.relname <> 'accounts' and not t.tenant = any(f.conkey)
  union all
  select rolname, 'owns ' || t.relname from tables t join pg_class c on c.oid = t.oid
    join pg_roles r on r.oid = c.relowner where rolname in ('musicverse_app', 'musicverse_system')
  union all
  select rolname, 'can bypass row-level security' from pg_roles
   where rolname in ('musicverse_app', 'musicverse_system', 'musicverse_owner') and (rolsuper or rolbypassrls)
  order by 1, 2`;
