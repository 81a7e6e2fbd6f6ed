import type { Logger } from "../../platform/log/index.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { BreakerBoard } from "./breaker-board.ts";

export interface PluginsDeps {
  plugins: Pick<PluginHost, "report">;
  work: Pick<WorkEngine, "stats">;
  breakers: Pick<BreakerBoard, "look">;
  log: Logger;
}
