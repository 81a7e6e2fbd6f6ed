import type { Handlers } from "../../platform/http/operation.ts";
import type { HealthDeps } from "./deps.ts";
import { getHealth } from "./getHealth.ts";
import { getLiveness } from "./getLiveness.ts";
import { getMetrics } from "./getMetrics.ts";
import { getReadiness } from "./getReadiness.ts";

export const healthRoutes = (deps: HealthDeps) =>
  ({
    getHealth: getHealth(deps),
    getLiveness: getLiveness(),
    getReadiness: getReadiness(deps),
    getMetrics: getMetrics(deps),
  }) satisfies Partial<Handlers>;
