export { createFanOut } from "./fan-out.ts";
export { createDrainWork, type DrainWorkOptions } from "./delivery/work.ts";
export { countLateEndpoints } from "./late.ts";
export { webhooksRoutes, type WebhooksDeps } from "./routes.ts";
