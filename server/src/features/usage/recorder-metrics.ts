import { Counter, Gauge, type Registry } from "prom-client";
import type { RecorderCounts, UsageRecorder } from "./recorder.ts";

const totals = {
  accepted: "Requests that were recorded.",
  stored: "Recorded requests that the database has.",
  dropped: "Recorded requests that were lost.",
  recovered: "Requests that an earlier process left on disk and this one stored.",
} as const satisfies Partial<Record<keyof RecorderCounts, string>>;

/** Shows what became of recorded requests: accepted = stored + pending + dropped. */
export function exportRecorderCounts(registry: Registry, recorder: Pick<UsageRecorder, "counts">): void {
  for (const [name, help] of Object.entries(totals)) {
    registry.registerMetric(
      new Counter({
        name: `musicverse_usage_requests_${name}_total`,
        help,
        registers: [],
        collect() {
          this.reset();
          this.inc(recorder.counts()[name as keyof typeof totals]);
        },
      }),
    );
  }
  registry.registerMetric(
    new Gauge({
      name: "musicverse_usage_requests_pending",
      help: "Recorded requests that wait in memory or on disk for the database.",
      registers: [],
      collect() {
        this.set(recorder.counts().pending);
      },
    }),
  );
}
