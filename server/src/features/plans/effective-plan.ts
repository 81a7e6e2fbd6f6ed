import { boost, planIds, type PlanId } from "./catalogue.ts";

/**
 * What an account may at the moment `now`: its plan, lifted by a running boost. Never lowered by one: an enterprise
 * account stays what it is. A name that is not in the catalogue counts as free: a typo must not open the door.
 */
export function resolveEffectivePlan(basePlan: string, boostExpiresAt: Date | null, now: Date): PlanId {
  const base = planIds.find((id) => id === basePlan) ?? "free";
  const boosted = boostExpiresAt !== null && boostExpiresAt > now;
  return boosted && planIds.indexOf(boost.plan) > planIds.indexOf(base) ? boost.plan : base;
}
