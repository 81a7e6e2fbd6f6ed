import type { Clock } from "../../platform/clock/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Metrics } from "../../platform/metrics/index.ts";
import type { Probe } from "./checks.ts";

export interface HealthDeps {
  probes: readonly Probe[];
  metrics: Metrics;
  /** Null: metrics are for loopback only. */
  metricsToken: string | null;
  log: Logger;
  clock: Clock;
  version: string;
  stopping: () => boolean;
}
