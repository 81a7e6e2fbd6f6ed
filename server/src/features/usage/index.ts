export { keepUsage } from "./maintenance.ts";
export { exportRecorderCounts } from "./recorder-metrics.ts";
export { createUsageRecorder, type UsageRecorder } from "./recorder.ts";
export { rollUpUsage } from "./roll-up.ts";
export { usageRoutes } from "./routes.ts";
