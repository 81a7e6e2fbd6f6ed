export { PluginFailure } from "./failure.ts";
export type { PluginCall, PluginHost, PluginReport } from "./plugin-host.ts";
export type { ModelPrice, ModelPrices } from "./prices.ts";
export { retryDecision } from "./retry-policy.ts";
export { createPluginHost } from "./create-host.ts";
export { createSimulatorStore } from "./simulator-store.ts";
export { installedPackages, type PluginSource } from "./plugin-source.ts";
