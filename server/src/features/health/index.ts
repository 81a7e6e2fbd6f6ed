export type { Probe } from "./checks.ts";
export { healthRoutes, type HealthDeps } from "./routes.ts";
