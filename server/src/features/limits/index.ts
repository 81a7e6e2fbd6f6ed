export { callerOf } from "./address.ts";
export { headersFor, violatedPolicies } from "./headers.ts";
export { addressLimits, badCredentialBucket, createLimitsFor, type Caller } from "./limits-for.ts";
