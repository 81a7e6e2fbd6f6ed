export {
  boost,
  planIds,
  plans,
  planWithMoreRequests,
  pricingUrl,
  type Plan,
  type PlanId,
  type Rate,
} from "./catalogue.ts";
export { resolveEffectivePlan } from "./effective-plan.ts";
export { planInForce, type HeldPlan } from "./plan-in-force.ts";
export {
  createPlanLookup,
  limitsOfPlan,
  type EffectiveLimits,
  type EntitledLimits,
  type PlanLookup,
} from "./plan-lookup.ts";
export { accountLimitsChannel } from "./store.ts";
