import type { Handlers } from "../../platform/http/operation.ts";
import type { PluginsDeps } from "./deps.ts";
import { listPlugins } from "./listPlugins.ts";

export const pluginsRoutes = (deps: PluginsDeps) => ({ listPlugins: listPlugins(deps) }) satisfies Partial<Handlers>;
