import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { DAY_MS, MINUTE_MS } from "../../platform/time/index.ts";
import { exported } from "./exports.ts";
import { keepUsage } from "./maintenance.ts";
import { exportRecorderCounts } from "./recorder-metrics.ts";
import { createUsageRecorder } from "./recorder.ts";
import { rollUpUsage } from "./roll-up.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { UsageDeps } from "./deps.ts";
import { getAdminUsageStats } from "./getAdminUsageStats.ts";
import { getAdminUsageTimeSeries } from "./getAdminUsageTimeSeries.ts";
import { getPlatformStatus } from "./getPlatformStatus.ts";
import { getUsageStats } from "./getUsageStats.ts";
import { getUsageTimeSeries } from "./getUsageTimeSeries.ts";
import { listDeprecatedCalls } from "./listDeprecatedCalls.ts";

export const usageSlice = ({ clock, config, db, log, metrics, plugins, work }: Services, { breakers }: Shared) =>
  ({
    api: ({ kinds }: Surroundings) => {
      const recorder = createUsageRecorder({ db, clock, log, spillDir: config.usageSpillDir });
      exportRecorderCounts(metrics.registry, recorder);
      return {
        routes: routes({ db, clock, log, plugins, work, breakers, queues: kinds, recorder }),
        recordRequest: config.usageRecording ? recorder.record : null,
        close: () => recorder.close(),
      };
    },
    chores: [
      { name: "keep usage", everyMs: DAY_MS, run: () => keepUsage({ db, clock }) },
      { name: "roll up usage", everyMs: MINUTE_MS, run: () => rollUpUsage({ db, clock }) },
    ],
    exports: exported,
  }) satisfies Slice;

const routes = (deps: UsageDeps) =>
  ({
    getUsageStats: getUsageStats(deps),
    getUsageTimeSeries: getUsageTimeSeries(deps),
    listDeprecatedCalls: listDeprecatedCalls(deps),
    getAdminUsageStats: getAdminUsageStats(deps),
    getAdminUsageTimeSeries: getAdminUsageTimeSeries(deps),
    getPlatformStatus: getPlatformStatus(deps),
  }) satisfies Partial<Handlers>;
