import type { SystemTx } from "../../platform/db/index.ts";
import { existingAccounts } from "../accounts/index.ts";
import { numbersAsArray } from "./array-format.ts";
import { nobody, type UsageRow } from "./batch.ts";
import { dayOf, hourOf, lockShared } from "./rolled.ts";

/** Column → type, in the order of the statement's parameters: one array of each. */
const columns: [name: string, type: string, value: (row: UsageRow) => unknown][] = [
  ["account_id", "uuid", (row) => row.accountId],
  ["minute", "timestamptz", (row) => new Date(row.minute)],
  ["id", "uuid", (row) => row.id],
  ["mode", "text", (row) => row.mode],
  ["credential", "text", (row) => row.credential],
  ["key_id", "uuid", (row) => row.keyId],
  ["client_id", "text", (row) => row.clientId],
  ["session_id", "uuid", (row) => row.sessionId],
  ["operation", "text", (row) => row.operation],
  ["method", "text", (row) => row.method],
  ["status", "smallint", (row) => row.status],
  ["problem", "text", (row) => row.problem],
  ["agent", "text", (row) => row.agent],
  ["deprecated", "boolean", (row) => row.deprecated],
  ["replayed", "boolean", (row) => row.replayed],
  ["requests", "integer", (row) => row.requests],
  ["bytes_in", "bigint", (row) => row.bytesIn],
  ["bytes_out", "bigint", (row) => row.bytesOut],
  ["last_at", "timestamptz", (row) => new Date(row.lastAt)],
];

/** Figures of single requests: one array over all rows, of which each row takes its part. */
const eachColumns: [name: string, type: "integer" | "bigint", values: (row: UsageRow) => readonly number[]][] = [
  ["ends_ms", "integer", (row) => row.endsMs],
  ["latencies_us", "integer", (row) => row.latenciesUs],
  ["each_bytes_in", "bigint", (row) => row.eachBytesIn],
  ["each_bytes_out", "bigint", (row) => row.eachBytesOut],
];

const names = columns.map(([name]) => name).join(", ");
const given = columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(", ");
const [firstEach, idsAt, endAt] = [
  columns.length + 1,
  columns.length + eachColumns.length + 1,
  columns.length + eachColumns.length + 2,
];
const insertRows = `
  insert into usage_requests (${names}, ${eachColumns.map(([name]) => name).join(", ")}, request_ids)
  select ${names}, ${eachColumns.map(([, type], index) => `($${firstEach + index}::${type}[])[last_one - requests + 1 : last_one]`).join(", ")},
         request_ids::text[]
    from unnest(${given}, $${idsAt}::text[], $${endAt}::integer[]) as given (${names}, request_ids, last_one)
  on conflict do nothing`;

function parametersOf(rows: readonly UsageRow[]): unknown[] {
  let end = 0;
  return [
    ...columns.map(([, , value]) => rows.map(value)),
    ...eachColumns.map(([, type, values]) => numbersAsArray(type, rows.map(values))),
    // An array of arrays would have to be square. Request ids have no character that means something in an array's text.
    rows.map(({ requestIds }) => `{${requestIds.join(",")}}`),
    rows.map(({ requests }) => (end += requests)),
  ];
}

/** Stores rows in one statement; those that are stored already stay as they are. Their hours and days want rolling up again. */
export async function insertUsage(tx: SystemTx, rows: readonly UsageRow[]): Promise<void> {
  const hours = [...new Set(rows.map(({ minute }) => hourOf(minute)))];
  const days = [...new Set(hours.map(dayOf))];
  // Sent together. The lock comes first: what is stored while a rollup of its hour runs would be missing in that.
  await Promise.all([
    lockShared(tx, hours, days),
    tx.query(insertRows, parametersOf(rows)),
    tx.query(
      `delete from usage_rolled where (span = 'hour' and starts_at = any($1::timestamptz[])) or (span = 'day' and starts_at = any($2::timestamptz[]))`,
      [hours.map((hour) => new Date(hour)), days.map((day) => new Date(day))],
    ),
  ]);
}

/**
 * Of rows that waited on disk, those whose accounts are still there: an account that was erased meanwhile stays erased.
 * What an erasure overtakes after this it sweeps itself, an hour later.
 */
export async function selectLiving(tx: SystemTx, rows: readonly UsageRow[]): Promise<UsageRow[]> {
  const named = [...new Set(rows.map(({ accountId }) => accountId))].filter((id) => id !== nobody);
  const living = new Set([nobody, ...(await existingAccounts(tx, named))]);
  return rows.filter(({ accountId }) => living.has(accountId));
}
