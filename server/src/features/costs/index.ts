export { watchCosts } from "./anomaly.ts";
export { eraseCosts } from "./erase.ts";
export { createCostLedger, type CostLedger } from "./ledger.ts";
export type { ProviderCall } from "./provider-call.ts";
export { rollUpCosts } from "./roll-up.ts";
export { costOf } from "./store.ts";
