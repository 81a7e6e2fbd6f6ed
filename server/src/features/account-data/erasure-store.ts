import type { SystemTx } from "../../platform/db/index.ts";
import { createLeases, type Lease } from "../../platform/work/index.ts";
import { deleteAccounts } from "../accounts/index.ts";

export interface ErasureRow {
  live_id: string;
  sandbox_id: string;
  requested_at: Date;
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

/** An account is erased by one worker at a time. */
export const erasureLeases = createLeases<ErasureRow>({
  table: "account_erasures",
  key: "live_id",
  isTenantTable: false,
  columns: ["sandbox_id", "requested_at", "removed_at"],
  pointerTo: (id) => ({ id, accountId: id }),
});

export type ErasureClaim = ErasureRow & Lease;

/** Deletes the accounts; the erasure is due once more after `againMs`. False, and nothing is deleted: the lease was lost. */
export async function deletePair(
  tx: SystemTx,
  claim: ErasureClaim,
  { at, againMs }: { at: Date; againMs: number },
): Promise<boolean> {
  const again = { delayMs: againMs, error: null, set: { removed_at: at } };
  if (!(await erasureLeases.postpone(tx, claim, again))) return false;
  await deleteAccounts(tx, [claim.live_id, claim.sandbox_id]);
  return true;
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
