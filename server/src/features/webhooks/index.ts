export { disableWebhooks } from "./disable-all.ts";
export { createFanOut } from "./fan-out.ts";
export { judgeFailingEndpoints } from "./delivery/failing.ts";
export { createDrainWork, drainKind } from "./delivery/work.ts";
export { countLateEndpoints } from "./late.ts";
export { createDeliveryMetrics } from "./metrics.ts";
export { forgetStats } from "./stats/store.ts";
export { createReplayWork } from "./replay/work.ts";
export { webhooksRoutes } from "./routes.ts";
