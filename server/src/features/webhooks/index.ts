export { createFanOut } from "./fan-out.ts";
export { judgeFailingEndpoints } from "./delivery/failing.ts";
export { createDrainWork, drainKind } from "./delivery/work.ts";
export { countLateEndpoints } from "./late.ts";
export { webhooksRoutes } from "./routes.ts";
