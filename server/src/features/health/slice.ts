import type { Services } from "../../services.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { version } from "../../version.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { HealthDeps } from "./deps.ts";
import { getHealth } from "./getHealth.ts";
import { getLiveness } from "./getLiveness.ts";
import { getMetrics } from "./getMetrics.ts";
import { getReadiness } from "./getReadiness.ts";

export const healthSlice = ({ clock, config, log, metrics }: Services) =>
  ({
    api: ({ probes, stopping }: Pick<Surroundings, "probes" | "stopping">) => ({
      routes: routes({ probes, metrics, metricsToken: config.metricsToken, log, clock, version, stopping }),
    }),
  }) satisfies Slice;

const routes = (deps: HealthDeps) =>
  ({
    getHealth: getHealth(deps),
    getLiveness: getLiveness(),
    getReadiness: getReadiness(deps),
    getMetrics: getMetrics(deps),
  }) satisfies Partial<Handlers>;
