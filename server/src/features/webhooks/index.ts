export { disableWebhooksOfApp } from "./disable-of-app.ts";
export { createFanOut } from "./fan-out.ts";
export { createDrainWork } from "./delivery/work.ts";
export { createDeliveryMetrics } from "./metrics.ts";
