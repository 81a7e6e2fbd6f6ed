export { addressLimits, badCredentialBucket } from "./address-limits.ts";
export { headersFor, violatedPolicies } from "./headers.ts";
export { createLimitsFor, type Caller } from "./limits-for.ts";
