import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { BreakerBoard } from "../plugins/index.ts";
import type { UsageRecorder } from "./recorder.ts";

export interface UsageDeps {
  db: Database;
  clock: Clock;
  log: Logger;
  plugins: Pick<PluginHost, "report">;
  breakers: Pick<BreakerBoard, "look">;
  work: Pick<WorkEngine, "stats">;
  /** Names of all queues. */
  queues: readonly string[];
  recorder: Pick<UsageRecorder, "counts">;
}
