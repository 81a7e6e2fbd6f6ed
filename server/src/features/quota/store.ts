import { only, type Statement, type TenantTx } from "../../platform/db/index.ts";
import type { Regeneration } from "./usage.ts";

export interface QuotaEntry {
  generation_id: string;
  draft_id: string | null;
  regeneration: Regeneration | null;
  admitted_at: Date;
  lease_until: Date;
}

const entryColumns = "account_id, generation_id, draft_id, regeneration, admitted_at, lease_until";
const entryValues = ({ generation_id, draft_id, regeneration, admitted_at, lease_until }: QuotaEntry) => [
  generation_id,
  draft_id,
  regeneration,
  admitted_at,
  lease_until,
];

/**
 * Everything that the ledger knows of an account's windows. The moment it speaks of never goes back within an account,
 * though the clocks of Redis and PostgreSQL differ: no entry counts for an earlier month or hour than one before it.
 */
export interface LedgerRow {
  at: Date;
  monthly: number;
  hourly: number;
  full: number;
  live: number;
  regenerated_at: Date | null;
  /** [generation, at work] of all that have not ended. */
  reserved: [string, boolean][];
  /** [draft, ms since 1970] of those within the longest cooldown. */
  regenerated: [string, number][];
}

/** `at`: for tests; the database's time when null. */
export const selectLedger = (
  accountId: string,
  { draftId, cooldownMaxSeconds, at }: { draftId: string | null; cooldownMaxSeconds: number; at: Date | null },
): Statement => ({
  name: "quota_ledger",
  text: `select w.at,
                (select count(*) from quota_entries where account_id = $1 and admitted_at >= w.month and outcome <> 'refunded') as monthly,
                (select count(*) from quota_entries where account_id = $1 and admitted_at >= w.hour) as hourly,
                (select count(*) from quota_entries where account_id = $1 and admitted_at >= w.month and outcome <> 'refunded' and regeneration = 'full') as "full",
                (select count(*) from quota_entries where account_id = $1 and outcome = 'reserved' and lease_until > w.at) as live,
                (select max(admitted_at) from quota_entries where account_id = $1 and draft_id = $2 and regeneration is not null) as regenerated_at,
                (select coalesce(json_agg(json_build_array(generation_id, lease_until > w.at)), '[]') from quota_entries
                  where account_id = $1 and outcome = 'reserved') as reserved,
                (select coalesce(json_agg(json_build_array(draft_id, extract(epoch from admitted_at) * 1000) order by admitted_at), '[]') from quota_entries
                  where account_id = $1 and admitted_at > w.at - make_interval(secs => $3) and regeneration is not null and draft_id is not null) as regenerated
           from (select at, date_trunc('month', at, 'UTC') as month, date_trunc('hour', at, 'UTC') as hour
                   from (select greatest(coalesce($4::timestamptz(3), date_trunc('milliseconds', clock_timestamp())),
                                         (select max(admitted_at) from quota_entries where account_id = $1)) as at) moment) w`,
  values: [accountId, draftId, cooldownMaxSeconds, at],
});

/** Waits for the admissions under way, and holds up those that follow until this transaction ends; the epoch in force. */
export async function lockAccount(tx: TenantTx): Promise<number> {
  const [, rows] = await Promise.all([
    tx.query(
      "insert into quota_accounts (account_id, epoch) values ($1, nextval('quota_epochs')) on conflict (account_id) do nothing",
      [tx.accountId],
    ),
    tx.query<{ epoch: number }>("select epoch from quota_accounts where account_id = $1 for update", [tx.accountId]),
  ]);
  const row = only(rows, "the account's quota row");
  return row.epoch;
}

/** Makes the counters in Redis invalid; the new epoch, which nobody had before, not even in a transaction that was rolled back. */
export async function beginEpoch(tx: TenantTx): Promise<number> {
  const row = only(
    await tx.query<{ epoch: number }>(
      "update quota_accounts set epoch = nextval('quota_epochs') where account_id = $1 returning epoch",
      [tx.accountId],
    ),
    "the account's quota row",
  );
  return row.epoch;
}

export async function insertEntry(tx: TenantTx, entry: QuotaEntry): Promise<void> {
  await tx.query(`insert into quota_entries (${entryColumns}) values ($1, $2, $3, $4, $5, $6)`, [
    tx.accountId,
    ...entryValues(entry),
  ]);
}

/**
 * Inserts if the counters that admitted it are still valid, and keeps them so until this transaction's end; false if not.
 * The epoch is read under a lock, because a snapshot could show the one of before.
 */
export async function insertEntryOfEpoch(tx: TenantTx, entry: QuotaEntry, epoch: number): Promise<boolean> {
  const [, rows] = await Promise.all([
    tx.query("savepoint quota"),
    tx.query(
      `with valid as (select from quota_accounts where account_id = $1 and epoch = $7 for share)
       insert into quota_entries (${entryColumns}) select $1, $2, $3, $4, $5, $6 from valid returning 1`,
      [tx.accountId, ...entryValues(entry), epoch],
    ),
  ]);
  // Gives the lock back too: two that hold it and both want the account for themselves would wait for each other.
  if (rows.length === 0) await tx.query("rollback to savepoint quota");
  return rows.length === 1;
}

/** Null when it has ended already, or was never admitted. */
export async function settleEntry(
  tx: TenantTx,
  generationId: string,
  outcome: "charged" | "refunded",
): Promise<Pick<QuotaEntry, "admitted_at" | "regeneration"> | null> {
  const [row] = await tx.query<Pick<QuotaEntry, "admitted_at" | "regeneration">>(
    `update quota_entries set outcome = $3, settled_at = clock_timestamp(), lease_until = null
      where account_id = $1 and generation_id = $2 and outcome = 'reserved' returning admitted_at, regeneration`,
    [tx.accountId, generationId, outcome],
  );
  return row ?? null;
}

/** Moves the end of a lease; `"lapsed"` if it is over, `"none"` where there is nothing to lease. `at`: for tests. */
export async function moveLease(
  tx: TenantTx,
  generationId: string,
  ms: number,
  at: Date | null,
): Promise<"moved" | "lapsed" | "none"> {
  const [row] = await tx.query<{ held: boolean }>(
    `update quota_entries q
        set lease_until = case when q.lease_until > t.now then t.now + make_interval(secs => $3::float8 / 1000) else q.lease_until end
       from (select coalesce($4::timestamptz, clock_timestamp()) as now) t
      where q.account_id = $1 and q.generation_id = $2 and q.outcome = 'reserved' returning q.lease_until > t.now as held`,
    [tx.accountId, generationId, ms, at],
  );
  return !row ? "none" : row.held ? "moved" : "lapsed";
}

/** Leases anew what had lapsed. */
export async function renewLapsed(tx: TenantTx, generationId: string, until: Date): Promise<void> {
  await tx.query(
    "update quota_entries set lease_until = $3 where account_id = $1 and generation_id = $2 and outcome = 'reserved'",
    [tx.accountId, generationId, until],
  );
}
