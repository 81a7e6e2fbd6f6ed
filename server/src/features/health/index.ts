export type { Probe } from "./checks.ts";
export { healthRoutes } from "./routes.ts";
