export { planWithMoreRequests, pricingUrl, type Rate } from "./catalogue.ts";
export { resolveEffectivePlan } from "./effective-plan.ts";
export { createPlanLookup, limitsOfPlan, type EffectiveLimits, type PlanLookup } from "./plan-lookup.ts";
export { plansRoutes } from "./routes.ts";
export { accountLimitsChannel } from "./store.ts";
