export { pluginsRoutes } from "./routes.ts";
