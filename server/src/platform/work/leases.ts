import type { Clock } from "../clock/index.ts";
import type { Tx } from "../db/index.ts";
import type { WorkPointer } from "./work.ts";

/**
 * Rows of one table that one worker at a time may take. The table has `due_at`, `lease_token`, `lease_until`, `attempts` and
 * `last_error`. A lease is always timed by the database's clock: a worker whose own is ahead takes nothing from others.
 */
export interface LeaseOptions {
  table: string;
  /** Column of the id; by default `id`. */
  key?: string;
  /** The key is `account_id` and this one, and a claim is a tenant's. */
  isTenantTable: boolean;
  /** Which rows are still to be done, in SQL; by default all: a row goes when it is done. */
  open?: string;
  /** What a claim reads, besides the lease. */
  columns: readonly string[];
  /** Which of the due rows come first, in SQL; by default those that are due longest. */
  order?: string;
  /** Says what is due; by default the database does. */
  clock?: Clock;
  /** How the queue points at a row that has no account. */
  pointerTo?: (id: string) => WorkPointer;
}

/** What its holder shows to write: whoever claims the row later has another one. */
export interface Lease {
  lease_token: string;
  /** Claims so far, this one included: a try counts even when its worker dies. */
  attempts: number;
}

export interface Leases<Row extends object> {
  isTenantTable: boolean;
  due(tx: Tx, limit: number, among?: readonly WorkPointer[]): Promise<WorkPointer[]>;
  /** Null: it is not due, it is done, or somebody else has it. */
  claim(tx: Tx, id: string, leaseMs: number): Promise<(Row & Lease) | null>;
  /** False, here and below: the lease is lost, and with it the right to have any effect. */
  renew(tx: Tx, claim: Row & Lease, leaseMs: number): Promise<boolean>;
  /** Writes the end and gives the lease back. */
  finish(tx: Tx, claim: Row & Lease, set: Record<string, unknown>): Promise<boolean>;
  /** Gives the lease back for another try. */
  postpone(tx: Tx, claim: Row & Lease, later: Later): Promise<boolean>;
  /** The row was the work, and is done. */
  remove(tx: Tx, claim: Row & Lease): Promise<boolean>;
}

export type Later = ({ delayMs: number } | { dueAt: Date }) & {
  /** Why; null when nothing failed. */
  error: string | null;
  set?: Record<string, unknown>;
};

const notLeased = "(lease_until is null or lease_until <= now())";
const inMs = (parameter: string) => `now() + make_interval(secs => ${parameter}::float8 / 1000)`;

export function createLeases<Row extends object>({
  table,
  key = "id",
  isTenantTable,
  open = "true",
  columns,
  order = "due_at",
  clock,
  pointerTo = (id) => ({ id, accountId: "none" }),
}: LeaseOptions): Leases<Row> {
  // One text for both: without a clock the parameter is null.
  const claimable = (nowParameter: string) =>
    `(${open}) and due_at <= coalesce(${nowParameter}::timestamptz, now()) and ${notLeased}`;
  const now = () => clock?.now() ?? null;
  /** The row, by $1 and, of a tenant, $2. */
  const row = isTenantTable ? `${key} = $1 and account_id = $2` : `${key} = $1 and $2::text is null`;
  const accountOf = (tx: Tx): string | null => {
    if (!isTenantTable) return null;
    if ("accountId" in tx) return tx.accountId as string;
    throw new Error(`a row of ${table} is claimed and written in a transaction of its account: use withTenant`);
  };
  /** Of the row in $1 and $2, as the holder of the lease in $3. */
  const held = async (tx: Tx, claim: Row & Lease, text: string, values: unknown[] = []): Promise<boolean> => {
    const id = (claim as Record<string, unknown>)[key];
    const rows = await tx.query(`${text} where ${row} and lease_token = $3 returning ${key}`, [
      id,
      accountOf(tx),
      claim.lease_token,
      ...values,
    ]);
    return rows.length === 1;
  };
  const giveBack = (tx: Tx, claim: Row & Lease, set: Record<string, unknown>, due: string[], dueValues: unknown[]) => {
    const fields = Object.keys(set).map((column, index) => `${column} = $${4 + dueValues.length + index}`);
    const changes = [...due, ...fields, "lease_token = null", "lease_until = null"].join(", ");
    return held(tx, claim, `update ${table} set ${changes}`, [...dueValues, ...Object.values(set)]);
  };
  const read = [...new Set([key, ...(isTenantTable ? ["account_id"] : []), ...columns, "attempts", "lease_token"])];

  return {
    isTenantTable,
    async due(tx, limit, among) {
      const rows = await tx.query<{ id: string; account_id: string | null }>(
        `select ${key} as id, ${isTenantTable ? "account_id" : "null as account_id"} from ${table}
          where ${claimable("$1")} and ($2::uuid[] is null or ${key} = any($2)) order by ${order} limit $3`,
        [now(), among?.map(({ id }) => id) ?? null, limit],
      );
      return rows.map(({ id, account_id }) => (account_id === null ? pointerTo(id) : { id, accountId: account_id }));
    },
    async claim(tx, id, leaseMs) {
      const [claim] = await tx.query<Row & Lease>(
        `update ${table} set lease_token = gen_random_uuid(), lease_until = ${inMs("$4")}, attempts = attempts + 1
          where ${row} and ${claimable("$3")} returning ${read.join(", ")}`,
        [id, accountOf(tx), now(), leaseMs],
      );
      return claim ?? null;
    },
    renew: (tx, claim, leaseMs) => held(tx, claim, `update ${table} set lease_until = ${inMs("$4")}`, [leaseMs]),
    finish: (tx, claim, set) => giveBack(tx, claim, set, [], []),
    postpone: (tx, claim, { error, set, ...at }) =>
      giveBack(
        tx,
        claim,
        { ...set, last_error: error },
        ["delayMs" in at ? `due_at = ${inMs("$4")}` : "due_at = $4::timestamptz"],
        ["delayMs" in at ? at.delayMs : at.dueAt],
      ),
    remove: (tx, claim) => held(tx, claim, `delete from ${table}`),
  };
}
