import type { components } from "../../generated/openapi.types.ts";
import type { CellRow } from "./cells.ts";
import { addTo, percentileMs, type Histogram } from "./histogram.ts";

export type UsageFigures = components["schemas"]["UsageFigures"];

/** Sums over requests; those of parts add up to those of the whole. */
class Tally {
  requests = 0;
  replayed = 0;
  bytesIn = 0;
  bytesOut = 0;
  clientErrors = 0;
  serverErrors = 0;
  readonly byCode = new Map<string, number>();
  readonly latencies: Histogram = new Map();

  add(cell: CellRow): void {
    if (cell.bucket !== null) return addTo(this.latencies, cell.bucket, cell.requests);
    this.requests += cell.requests;
    this.replayed += cell.replayed;
    this.bytesIn += cell.bytes_in;
    this.bytesOut += cell.bytes_out;
    const status = cell.status ?? 0;
    if (status >= 500) this.serverErrors += cell.requests;
    else if (status >= 400) this.clientErrors += cell.requests;
    if (cell.problem !== null) this.byCode.set(cell.problem, (this.byCode.get(cell.problem) ?? 0) + cell.requests);
  }

  figures(): UsageFigures {
    return {
      requests: this.requests,
      errors: {
        client: this.clientErrors,
        server: this.serverErrors,
        by_code: Object.fromEntries([...this.byCode].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      },
      rate_limited: this.byCode.get("rate_limited") ?? 0,
      replayed: this.replayed,
      latency_ms: {
        p50: percentileMs(this.latencies, 0.5),
        p95: percentileMs(this.latencies, 0.95),
        p99: percentileMs(this.latencies, 0.99),
      },
      bytes_in: this.bytesIn,
      bytes_out: this.bytesOut,
    };
  }
}

/** Figures of the whole and of each label that occurs; `groups` may be fewer than `groupsCount`. */
export function foldCells(cells: readonly CellRow[]): {
  totals: UsageFigures;
  groups: Map<string, UsageFigures>;
  groupsCount: number;
} {
  const whole = new Tally();
  const parts = new Map<string, Tally>();
  let groupsCount = 0;
  for (const cell of cells) {
    whole.add(cell);
    groupsCount = Math.max(groupsCount, cell.groups);
    if (cell.label === null) continue;
    let part = parts.get(cell.label);
    if (!part) parts.set(cell.label, (part = new Tally()));
    part.add(cell);
  }
  groupsCount = Math.max(groupsCount, parts.size);
  return {
    totals: whole.figures(),
    groupsCount,
    groups: new Map([...parts].map(([label, tally]) => [label, tally.figures()])),
  };
}

/** Of a time in which nothing was asked for. */
export function noFigures(): UsageFigures {
  return new Tally().figures();
}
