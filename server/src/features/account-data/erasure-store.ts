import type { SystemTx } from "../../platform/db/index.ts";
import { deleteAccounts } from "../accounts/index.ts";

export interface ErasureRow {
  live_id: string;
  sandbox_id: string;
  requested_at: Date;
  attempts: number;
  removed_at: Date | null;
}

export async function insertErasure(
  tx: SystemTx,
  { liveId, sandboxId }: { liveId: string; sandboxId: string },
  at: Date,
): Promise<void> {
  await tx.query(
    "insert into account_erasures (live_id, sandbox_id, requested_at) values ($1, $2, $3) on conflict (live_id) do nothing",
    [liveId, sandboxId, at],
  );
}

/** Erasures to go on with, the longest due first; with `among` only those of them. */
export function selectErasuresDue(tx: SystemTx, limit: number, among: string[] | null): Promise<{ live_id: string }[]> {
  return tx.query<{ live_id: string }>(
    `select live_id from account_erasures
      where due_at <= now() and ($2::uuid[] is null or live_id = any($2)) order by due_at limit $1`,
    [limit, among],
  );
}

export async function claimErasure(tx: SystemTx, liveId: string, leaseMs: number): Promise<ErasureRow | null> {
  const [claim] = await tx.query<ErasureRow>(
    `update account_erasures set attempts = attempts + 1, due_at = now() + make_interval(secs => $2 / 1000.0)
      where live_id = $1 and due_at <= now() returning live_id, sandbox_id, requested_at, attempts, removed_at`,
    [liveId, leaseMs],
  );
  return claim ?? null;
}

/** Moves the due time of what is claimed; false when the lease was lost. */
export async function moveErasure(
  tx: SystemTx,
  { live_id: liveId, attempts }: ErasureRow,
  delayMs: number,
): Promise<boolean> {
  const rows = await tx.query(
    `update account_erasures set due_at = now() + make_interval(secs => $3 / 1000.0)
      where live_id = $1 and attempts = $2 returning live_id`,
    [liveId, attempts, delayMs],
  );
  return rows.length === 1;
}

/** Deletes the accounts; the erasure is due once more after `againMs`. */
export async function deletePair(
  tx: SystemTx,
  { live_id: liveId, sandbox_id: sandboxId }: ErasureRow,
  againMs: number,
): Promise<void> {
  await deleteAccounts(tx, [liveId, sandboxId]);
  await tx.query(
    "update account_erasures set removed_at = now(), due_at = now() + make_interval(secs => $2 / 1000.0) where live_id = $1",
    [liveId, againMs],
  );
}

export async function deleteErasure(tx: SystemTx, { live_id: liveId }: ErasureRow): Promise<void> {
  await tx.query("delete from account_erasures where live_id = $1", [liveId]);
}

/** A table of tenants; names are quoted for SQL. */
export interface TenantTable {
  name: string;
  /** Columns of its primary key, `account_id` first. */
  key: string[];
}

/** Read from the catalogue, so that a table which is new tomorrow is emptied too. What nobody may delete from goes with its account. */
export function selectTenantTables(tx: SystemTx): Promise<TenantTable[]> {
  return tx.query<TenantTable>(
    `select format('%I', c.relname) as name,
            array_agg(format('%I', a.attname) order by array_position(i.indkey::int2[], a.attnum)) as key
       from pg_class c
       join pg_index i on i.indrelid = c.oid and i.indisprimary
       join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and has_table_privilege(c.oid, 'delete')
        and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'account_id' and not t.attisdropped)
      group by c.relname order by c.relname`,
  );
}

/**
 * Deletes the first rows of an account, up to `max` of them; how many. By a range of the primary key, which costs the same
 * however many rows follow. Fails (23503) while rows of another table point at them.
 */
export async function deleteSomeRows(
  tx: SystemTx,
  { name, key }: TenantTable,
  accountId: string,
  max: number,
): Promise<number> {
  const columns = key.join(", ");
  const last = `select ${columns} from (select ${columns} from ${name} where account_id = $1 order by ${columns} limit $2) first
    order by ${key.map((column) => `${column} desc`).join(", ")} limit 1`;
  const [row] = await tx.query<{ count: number }>(
    `with gone as (delete from ${name} where account_id = $1 and (${columns}) <= (${last}) returning 1) select count(*) as count from gone`,
    [accountId, max],
  );
  return row?.count ?? 0;
}
