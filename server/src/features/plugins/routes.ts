import type { Handlers } from "../../platform/http/operation.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import { listPlugins } from "./listPlugins.ts";

export interface PluginsDeps {
  plugins: Pick<PluginHost, "report">;
  work: Pick<WorkEngine, "stats">;
  log: Logger;
}

export const pluginsRoutes = (deps: PluginsDeps) => ({ listPlugins: listPlugins(deps) }) satisfies Partial<Handlers>;
