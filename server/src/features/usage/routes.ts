import type { Handlers } from "../../platform/http/operation.ts";
import type { UsageDeps } from "./deps.ts";
import { getAdminUsageStats } from "./getAdminUsageStats.ts";
import { getAdminUsageTimeSeries } from "./getAdminUsageTimeSeries.ts";
import { getPlatformStatus } from "./getPlatformStatus.ts";
import { getUsageStats } from "./getUsageStats.ts";
import { getUsageTimeSeries } from "./getUsageTimeSeries.ts";
import { listDeprecatedCalls } from "./listDeprecatedCalls.ts";

export const usageRoutes = (deps: UsageDeps) =>
  ({
    getUsageStats: getUsageStats(deps),
    getUsageTimeSeries: getUsageTimeSeries(deps),
    listDeprecatedCalls: listDeprecatedCalls(deps),
    getAdminUsageStats: getAdminUsageStats(deps),
    getAdminUsageTimeSeries: getAdminUsageTimeSeries(deps),
    getPlatformStatus: getPlatformStatus(deps),
  }) satisfies Partial<Handlers>;
