import { csvAnswer } from "../../platform/http/csv.ts";
import type { UsageFigures } from "./figures.ts";

const header = [
  "requests",
  "client_errors",
  "server_errors",
  "rate_limited",
  "replayed",
  "latency_ms_p50",
  "latency_ms_p95",
  "latency_ms_p99",
  "bytes_in",
  "bytes_out",
] as const;

/** One line per group, with a first line of names. */
export function csvOf(
  label: string,
  groups: readonly { label: string | null; figures: UsageFigures }[],
  fileName: string,
) {
  return csvAnswer(
    [label, ...header],
    groups.map(({ label: value, figures }) => [value, ...cellsOf(figures)]),
    fileName,
  );
}

function cellsOf({
  requests,
  errors,
  rate_limited: limited,
  replayed,
  latency_ms: latency,
  bytes_in: bytesIn,
  bytes_out: bytesOut,
}: UsageFigures) {
  return [
    requests,
    errors.client,
    errors.server,
    limited,
    replayed,
    latency.p50,
    latency.p95,
    latency.p99,
    bytesIn,
    bytesOut,
  ];
}
