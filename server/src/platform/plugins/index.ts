export { PluginFailure, type PluginFailureCode } from "./failure.ts";
export type { BreakerState, PluginCall, PluginHost, PluginReport, PluginStatus } from "./plugin-host.ts";
export { retryDecision, retryTable, type RetryDecision } from "./retry-policy.ts";
export { createPluginHost, type PluginHostOptions } from "./create-host.ts";
export type { PluginSource } from "./plugin-source.ts";
