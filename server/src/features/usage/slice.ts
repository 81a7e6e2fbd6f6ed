import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { DAY_MS, MINUTE_MS } from "../../platform/time/index.ts";
import { exported } from "./exports.ts";
import { keepUsage } from "./maintenance.ts";
import { exportRecorderCounts } from "./recorder-metrics.ts";
import { createUsageRecorder } from "./recorder.ts";
import { rollUpUsage } from "./roll-up.ts";
import { usageRoutes } from "./routes.ts";

export const usageSlice = ({ clock, config, db, log, metrics, plugins, work }: Services, { breakers }: Shared) =>
  ({
    api: ({ kinds }: Surroundings) => {
      const recorder = createUsageRecorder({ db, clock, log, spillDir: config.usageSpillDir });
      exportRecorderCounts(metrics.registry, recorder);
      return {
        routes: usageRoutes({ db, clock, log, plugins, work, breakers, queues: kinds, recorder }),
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
