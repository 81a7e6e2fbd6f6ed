import type { Clock } from "../../platform/clock/index.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Metrics } from "../../platform/metrics/index.ts";
import type { Probe } from "./checks.ts";
import { getHealth } from "./getHealth.ts";
import { getLiveness } from "./getLiveness.ts";
import { getMetrics } from "./getMetrics.ts";
import { getReadiness } from "./getReadiness.ts";

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

export const healthRoutes = (deps: HealthDeps) =>
  ({
    getHealth: getHealth(deps),
    getLiveness: getLiveness(),
    getReadiness: getReadiness(deps),
    getMetrics: getMetrics(deps),
  }) satisfies Partial<Handlers>;
