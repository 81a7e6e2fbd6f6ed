export { type EgressPolicy } from "./address.ts";
export { checkUrl, type UrlCheck, type UrlProblemCode } from "./url.ts";
export { EgressError, type EgressErrorCode } from "./errors.ts";
export { createResolver, type ResolveHost } from "./resolve.ts";
export { createEgressPools, type EgressPools, type EgressPoolsOptions } from "./pools.ts";
export { exchange, type ExchangeLimits, type ExchangeResult } from "./exchange.ts";
