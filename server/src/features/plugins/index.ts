export { pluginsRoutes, type PluginsDeps } from "./routes.ts";
