import { latencyBoundsMs, latencyClass } from "./latency.ts";

const BUCKET_MS = 600_000;

/** Members are named as the statement that stores them reads them. */
export interface TallyRow {
  at: Date;
  attempts: number;
  succeeded: number;
  given_up: number;
  latencies: number[];
}

export interface Tally {
  note(attempt: { started_at: Date; duration_ms: number; status: "succeeded" | "pending" | "failed" }): void;
  rows(): TallyRow[];
}

/** Counts what one drain does, per ten minutes; stored when it ends, so that figures cost nothing per delivery. */
export function createTally(): Tally {
  const rows = new Map<number, TallyRow>();
  return {
    note({ started_at: startedAt, duration_ms: durationMs, status }) {
      const at = Math.floor(startedAt.getTime() / BUCKET_MS) * BUCKET_MS;
      let row = rows.get(at);
      if (row === undefined) {
        row = { at: new Date(at), attempts: 0, succeeded: 0, given_up: 0, latencies: latencyBoundsMs.map(() => 0) };
        rows.set(at, row);
      }
      row.attempts += 1;
      if (status === "succeeded") row.succeeded += 1;
      if (status === "failed") row.given_up += 1;
      const index = latencyClass(durationMs);
      row.latencies[index] = (row.latencies[index] ?? 0) + 1;
    },
    rows: () => [...rows.values()],
  };
}
