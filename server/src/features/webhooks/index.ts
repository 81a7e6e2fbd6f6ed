export { createFanOut } from "./fan-out.ts";
export { createDrainWork, type DrainWorkOptions } from "./delivery/work.ts";
export { countLateEndpoints } from "./late.ts";
export type { WebhooksDeps } from "./deps.ts";
export { webhooksRoutes } from "./routes.ts";
