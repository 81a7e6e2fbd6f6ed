export type { EgressPolicy } from "./address.ts";
export { checkUrl } from "./url.ts";
export { EgressError } from "./errors.ts";
export { createResolver, type ResolveHost } from "./resolve.ts";
export { createEgressPools, type EgressPools } from "./pools.ts";
export { exchange, type ExchangeLimits, type ExchangeResult } from "./exchange.ts";
