export { createFanOut } from "./fan-out.ts";
export { createDrainWork, type DrainWorkOptions } from "./delivery/work.ts";
export { webhooksRoutes, type WebhooksDeps } from "./routes.ts";
