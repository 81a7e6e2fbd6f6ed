export { headersFor, violatedPolicies } from "./headers.ts";
export { badCredentialBucket, limitsFor, type Caller } from "./limits-for.ts";
