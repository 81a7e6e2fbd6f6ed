export { keepUsage } from "./maintenance.ts";
export { exportRecorderCounts } from "./recorder-metrics.ts";
export { createUsageRecorder } from "./recorder.ts";
export { rollUpUsage } from "./roll-up.ts";
export { usageRoutes } from "./routes.ts";
