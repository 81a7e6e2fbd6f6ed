export { WAITING_LEASE_MS, type AdmissionRequest } from "./ledger.ts";
export { createQuotaMetrics } from "./metrics.ts";
export { createQuota, type Quota } from "./quota.ts";
export { countedLimits, type Regeneration, type Usage } from "./usage.ts";
export { windowsAt } from "./windows.ts";
