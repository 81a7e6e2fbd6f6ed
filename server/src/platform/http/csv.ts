import { Readable } from "node:stream";
import { stringify } from "csv-stringify/sync";

/** What asks for CSV: `?format=csv`, or an Accept header that names it and not JSON. */
export function wantsCsv(format: "json" | "csv" | undefined, accept: string | undefined): boolean {
  if (format !== undefined) return format === "csv";
  return accept !== undefined && /\btext\/csv\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept);
}

/** A file with a first line of names (RFC 4180). Cells that a spreadsheet would compute are quoted away. */
export function csvAnswer(
  columns: readonly string[],
  lines: readonly (readonly (string | number | null | undefined)[])[],
  fileName: string,
) {
  const text = stringify(
    lines.map((line) => [...line]),
    {
      header: true,
      columns: columns.map((name) => ({ key: name, header: name })),
      escape_formulas: true,
      record_delimiter: "windows",
    },
  );
  return {
    status: 200 as const,
    headers: {
      "Content-Type": "text/csv; charset=utf-8; header=present",
      "Content-Disposition": `attachment; filename="${fileName}.csv"`,
    },
    stream: Readable.from([text]),
  };
}
