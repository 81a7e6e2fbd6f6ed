export type { Probe } from "./checks.ts";
export type { HealthDeps } from "./deps.ts";
export { healthRoutes } from "./routes.ts";
