export { headersFor, violatedPolicies } from "./headers.ts";
export { badCredentialBucket, limitsFor, type Caller, type RateClass } from "./limits-for.ts";
export { tiers, type Rate, type Tier } from "./tiers.ts";
