export { eraseCosts } from "./erase.ts";
export { createCostLedger, type CostLedger, type ProviderCall } from "./ledger.ts";
