import type { Statement } from "../../platform/db/index.ts";
import type { ExportedTable } from "./exported.ts";

export type PagedTable = Pick<ExportedTable, "table" | "columns" | "key" | "exact">;
export type ExportedRow = Record<string, unknown>;

/** The rows after `after` (its key columns), in the order of the primary key. */
export function selectExportPage(
  { table, columns, key = ["id"], exact = [] }: PagedTable,
  accountId: string,
  after: unknown[] | null,
  limit: number,
): Statement {
  const read = (column: string): string => {
    if (exact.includes(column)) return `${column}::text`;
    return column === "ip_allowlist" ? "ip_allowlist::text[]" : column;
  };
  const places = key.map((_, index) => `$${index + 3}`).join(", ");
  return {
    // On a connection a name stands for one text.
    name: `export_${table}_${columns.length}_${after === null ? "first" : "next"}`,
    text: `select ${columns.map(read).join(", ")} from ${table}
            where account_id = $1 ${after === null ? "" : `and (${key.join(", ")}) > (${places})`}
            order by ${key.join(", ")} limit $2`,
    values: [accountId, limit, ...(after ?? [])],
  };
}

/** Where the file of a row is. */
export const selectBlobKey = (table: "assets" | "tracks", accountId: string, id: string): Statement => ({
  name: `export_blob_key_${table}`,
  text: `select blob_key from ${table} where account_id = $1 and id = $2`,
  values: [accountId, id],
});
