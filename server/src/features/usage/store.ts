import type { SystemTx } from "../../platform/db/index.ts";
import type { UsageRow } from "./batch.ts";
import { dayOf, hourOf, lockShared } from "./rolled.ts";

/** Column → type, in the order of the statement's parameters. Arrays travel as text: an array of arrays must be square. */
const columns: [name: string, type: string, cast: string, value: (row: UsageRow) => unknown][] = [
  ["account_id", "uuid", "", (row) => row.accountId],
  ["minute", "timestamptz", "", (row) => new Date(row.minute)],
  ["id", "uuid", "", (row) => row.id],
  ["mode", "text", "", (row) => row.mode],
  ["credential", "text", "", (row) => row.credential],
  ["key_id", "uuid", "", (row) => row.keyId],
  ["client_id", "text", "", (row) => row.clientId],
  ["session_id", "uuid", "", (row) => row.sessionId],
  ["operation", "text", "", (row) => row.operation],
  ["method", "text", "", (row) => row.method],
  ["status", "smallint", "", (row) => row.status],
  ["problem", "text", "", (row) => row.problem],
  ["agent", "text", "", (row) => row.agent],
  ["deprecated", "boolean", "", (row) => row.deprecated],
  ["replayed", "boolean", "", (row) => row.replayed],
  ["requests", "integer", "", (row) => row.requests],
  ["bytes_in", "bigint", "", (row) => row.bytesIn],
  ["bytes_out", "bigint", "", (row) => row.bytesOut],
  ["last_at", "timestamptz", "", (row) => new Date(row.lastAt)],
  ["ends_ms", "text", "::integer[]", (row) => row.endsMs],
  ["latencies_us", "text", "::integer[]", (row) => row.latenciesUs],
  ["each_bytes_in", "text", "::bigint[]", (row) => row.eachBytesIn],
  ["each_bytes_out", "text", "::bigint[]", (row) => row.eachBytesOut],
  ["request_ids", "text", "::text[]", (row) => row.requestIds],
];

const names = columns.map(([name]) => name).join(", ");
const insertRows = `
  insert into usage_requests (${names})
  select ${columns.map(([name, , cast]) => `${name}${cast}`).join(", ")}
    from unnest(${columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(", ")}) as given (${names})
  on conflict do nothing`;

/** Stores rows in one statement; those that are stored already stay as they are. Their hours and days want rolling up again. */
export async function insertUsage(tx: SystemTx, rows: readonly UsageRow[]): Promise<void> {
  const hours = [...new Set(rows.map(({ minute }) => hourOf(minute)))];
  const days = [...new Set(hours.map(dayOf))];
  // Sent together. The lock comes first: what is stored while a rollup of its hour runs would be missing in that.
  await Promise.all([
    lockShared(tx, hours, days),
    tx.query(insertRows, columns.map(([, , , value]) => rows.map(value))),
    tx.query(
      `delete from usage_rolled where (span = 'hour' and starts_at = any($1::timestamptz[])) or (span = 'day' and starts_at = any($2::timestamptz[]))`,
      [hours.map((hour) => new Date(hour)), days.map((day) => new Date(day))],
    ),
  ]);
}
