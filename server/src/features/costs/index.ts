export { eraseCosts } from "./erase.ts";
export { createCostLedger, type CostLedger } from "./ledger.ts";
export type { ProviderCall } from "./provider-call.ts";
