export { createCounters } from "./counters.ts";
export { WAITING_LEASE_MS } from "./ledger.ts";
export { createQuotaMetrics } from "./metrics.ts";
export { presentUsage } from "./present.ts";
export { createProviderPlaces, type ProviderPlaces } from "./provider-places.ts";
export { createQuota, type Quota } from "./quota.ts";
