import type { Logger } from "../../platform/log/index.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";

export interface PluginsDeps {
  plugins: Pick<PluginHost, "report">;
  work: Pick<WorkEngine, "stats">;
  log: Logger;
}
