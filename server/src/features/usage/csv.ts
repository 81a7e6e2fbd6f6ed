import { Readable } from "node:stream";
import { stringify } from "csv-stringify/sync";
import type { UsageFigures } from "./figures.ts";

/** What asks for CSV: `?format=csv`, or an Accept header that names it and not JSON. */
export function wantsCsv(format: "json" | "csv" | undefined, accept: string | undefined): boolean {
  if (format !== undefined) return format === "csv";
  return accept !== undefined && /\btext\/csv\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept);
}

const header = [
  "requests", "client_errors", "server_errors", "rate_limited", "replayed", "latency_ms_p50", "latency_ms_p95", "latency_ms_p99", "bytes_in", "bytes_out",
] as const;

/** One line per group, with a first line of names (RFC 4180). Cells that a spreadsheet would compute are quoted away. */
export function csvOf(label: string, groups: readonly { label: string | null; figures: UsageFigures }[], fileName: string) {
  const text = stringify(groups.map(({ label: value, figures }) => [value, ...cellsOf(figures)]), {
    header: true,
    columns: [label, ...header].map((name) => ({ key: name, header: name })),
    escape_formulas: true,
    record_delimiter: "windows",
  });
  return {
    status: 200 as const,
    headers: { "Content-Type": "text/csv; charset=utf-8; header=present", "Content-Disposition": `attachment; filename="${fileName}.csv"` },
    stream: Readable.from([text]),
  };
}

function cellsOf({ requests, errors, rate_limited: limited, replayed, latency_ms: latency, bytes_in: bytesIn, bytes_out: bytesOut }: UsageFigures) {
  return [requests, errors.client, errors.server, limited, replayed, latency.p50, latency.p95, latency.p99, bytesIn, bytesOut];
}
