export { createFanOut } from "./fan-out.ts";
export { createDrainWork } from "./delivery/work.ts";
export { countLateEndpoints } from "./late.ts";
export { webhooksRoutes } from "./routes.ts";
