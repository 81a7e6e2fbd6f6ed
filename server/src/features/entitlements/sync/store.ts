import type { WorkPointer } from "../../../platform/work/index.ts";
import { only, type Statement, type SystemTx } from "../../../platform/db/index.ts";
import type { Clock } from "../../../platform/clock/index.ts";
import { createLeases, type Lease } from "../../../platform/work/index.ts";
import type { Cause } from "../revise.ts";
import type { Customer } from "./source.ts";

export const billingSyncKind = "billing-sync";

/** The row belongs to no account. Comparisons let everything go first that really happened. */
export const pointerTo = ({ id, cause }: Pick<SyncRow, "id" | "cause">): WorkPointer => ({
  id,
  accountId: "none",
  priority: cause === "reconciliation" ? 1 : 0,
});

export interface SyncRow extends Pick<Customer, "provider" | "mode"> {
  id: string;
  /** A customer's id at the provider, or a charge's. */
  subject: string;
  is_charge: boolean;
  due_at: Date | null;
  dirty_since: Date | null;
  marks: number;
  cause: Cause["kind"];
  cause_ids: string[];
  is_unknown: boolean;
  attempts: number;
  last_error: string | null;
  synced_at: Date | null;
}

const columns =
  "id, provider, mode, subject, is_charge, due_at, dirty_since, marks, cause, cause_ids, is_unknown, attempts, last_error, synced_at";

/** By the database's clock, so that a worker whose own is ahead takes nothing from others. */
const notLeased = "(lease_until is null or lease_until <= now())";
/** Of the events that one look answers; more would say nothing more. */
const CAUSES_MAX = 50;

export interface Mark extends Pick<SyncRow, "id" | "provider" | "mode" | "subject"> {
  isCharge: boolean;
  cause: Cause;
  at: Date;
}

/**
 * Asks for a look at a customer; however many ask before it happens, it is one. The first cause counts, but a reconciliation
 * gives way to what really happened. Answers the row's id.
 */
export async function markDirty(
  tx: SystemTx,
  { id, provider, mode, subject, isCharge, cause, at }: Mark,
): Promise<string> {
  const row = only(
    await tx.query<{ id: string }>(
      `insert into billing_syncs as s (id, provider, mode, subject, is_charge, due_at, dirty_since, cause, cause_ids)
     values ($1, $2, $3, $4, $5, $6, $6, $7, $8)
     on conflict (provider, mode, subject) do update set
       due_at = excluded.due_at, dirty_since = coalesce(s.dirty_since, excluded.dirty_since), marks = s.marks + 1, attempts = 0,
       cause = case when s.due_at is null or s.cause = 'reconciliation' or s.lease_until > now() then excluded.cause else s.cause end,
       cause_ids = case when s.due_at is null then excluded.cause_ids
         when s.cause_ids @> excluded.cause_ids then s.cause_ids
         else s.cause_ids[1:${CAUSES_MAX} - cardinality(excluded.cause_ids)] || excluded.cause_ids end
     returning id`,
      [id, provider, mode, subject, isCharge, at, cause.kind, [...cause.ids]],
    ),
    `the mark of customer ${subject}`,
  );
  return row.id;
}

/** Due, not leased and of these providers: what happened before what is only looked after, then the longest waiting. */
export async function selectDue(
  tx: SystemTx,
  { providers, now, limit, among }: { providers: readonly string[]; now: Date; limit: number; among: string[] | null },
): Promise<Pick<SyncRow, "id" | "cause">[]> {
  return tx.query(
    `select id, cause from billing_syncs
      where due_at <= $1 and ${notLeased} and provider = any($4) and ($3::uuid[] is null or id = any($3))
      order by cause = 'reconciliation', due_at limit $2`,
    [now, limit, among, providers],
  );
}

/**
 * One customer is looked at by one worker at a time. What ends a look is written here, beside the marks: a mark that came
 * meanwhile asks for another one.
 */
export const syncLeases = (clock: Clock) =>
  createLeases<SyncRow>({ table: "billing_syncs", isTenantTable: false, columns: columns.split(", "), clock });

export type SyncClaim = SyncRow & Lease;
/**
 * False: the lease is lost, and with it the right to write what was read. Who asked while it was read asks for another look.
 */
export async function finishSync(
  tx: SystemTx,
  { id, lease_token: token, marks, cause_ids: answered }: SyncClaim,
  at: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `update billing_syncs set
       due_at = case when marks = $3 then null else $4::timestamptz end, dirty_since = case when marks = $3 then null else $4::timestamptz end,
       cause_ids = array(select unnest(cause_ids) except all select unnest($5::text[])),
       attempts = 0, last_error = null, is_unknown = false, synced_at = $4, lease_token = null, lease_until = null
      where id = $1 and lease_token = $2 returning id`,
    [id, token, marks, at, answered],
  );
  return rows.length === 1;
}

/** Waits for its next try; a mark in between has made it due at once. */
export async function failSync(
  tx: SystemTx,
  { id, lease_token: token, marks }: SyncClaim,
  { error, isUnknown, nextAttemptAt }: { error: string; isUnknown: boolean; nextAttemptAt: Date },
): Promise<void> {
  await tx.query(
    `update billing_syncs set due_at = case when marks = $3 then $4 else due_at end, last_error = $5, is_unknown = $6, lease_token = null, lease_until = null
      where id = $1 and lease_token = $2`,
    [id, token, marks, nextAttemptAt, error, isUnknown],
  );
}

/** Marks customers that nobody has looked at since; at most `limit`, so that a call is short and the next one goes on. How many. */
export async function markUnseenSince(
  tx: SystemTx,
  { providers, since, at, limit }: { providers: readonly string[]; since: Date; at: Date; limit: number },
): Promise<number> {
  const rows = await tx.query(
    `insert into billing_syncs as s (id, provider, mode, subject, is_charge, due_at, dirty_since, cause, cause_ids)
     select gen_random_uuid(), c.provider, c.mode, c.customer_id, false, $2, $2, 'reconciliation', '{}'
       from billing_customers c
       left join billing_syncs known on known.provider = c.provider and known.mode = c.mode and known.subject = c.customer_id
      where c.provider = any($4) and (known.id is null or (known.due_at is null and known.synced_at < $1))
      order by known.synced_at nulls first limit $3
     on conflict (provider, mode, subject) do update set
       due_at = excluded.due_at, dirty_since = excluded.dirty_since, marks = s.marks + 1, cause = excluded.cause, cause_ids = excluded.cause_ids
       where s.due_at is null
     returning id`,
    [since, at, limit, providers],
  );
  return rows.length;
}

/** Customers that were nobody of ours for long enough. */
export async function purgeUnknown(
  tx: SystemTx,
  before: Date,
): Promise<Pick<SyncRow, "provider" | "mode" | "subject">[]> {
  return tx.query("delete from billing_syncs where is_unknown and dirty_since < $1 returning provider, mode, subject", [
    before,
  ]);
}

/** Who an account is at each provider, the first one first; []: it never came near a payment. */
export function selectCustomersOf(tx: SystemTx, accountId: string): Promise<Customer[]> {
  return tx.query<Customer>(
    `select provider, mode, customer_id as "customerId" from billing_customers where account_id = $1 order by created_at, provider`,
    [accountId],
  );
}

export async function readSync(tx: SystemTx, { provider, mode, customerId }: Customer): Promise<SyncRow> {
  return only(
    await tx.query<SyncRow>(`select ${columns} from billing_syncs where provider = $1 and mode = $2 and subject = $3`, [
      provider,
      mode,
      customerId,
    ]),
    `the mark of customer ${customerId}`,
  );
}

export const selectBacklog = (now: Date): Statement => ({
  name: "billing_sync_backlog",
  text: `select coalesce(extract(epoch from $1::timestamptz - min(dirty_since) filter (where not is_unknown)), 0)::float8 as oldest, count(*) filter (where is_unknown)::int as unknown
           from billing_syncs where due_at is not null`,
  values: [now],
});
