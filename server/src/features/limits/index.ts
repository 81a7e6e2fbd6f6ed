export { addressLimits, badCredentialBucket } from "./address-limits.ts";
export { headersFor, violatedPolicies } from "./headers.ts";
export { createLimitsFor, type Caller } from "./limits-for.ts";
export { createOverrideLookup } from "./override-lookup.ts";
export { limitsRoutes } from "./routes.ts";
