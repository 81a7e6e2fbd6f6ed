import type { components } from "../../generated/openapi.types.ts";
import { plans, pricingUrl, type Plan, type PlanId, type Rate } from "./catalogue.ts";

type PublicPlan = components["schemas"]["Plan"];

export function presentPlan(id: PlanId): PublicPlan {
  const plan: Plan = plans[id];
  return {
    object: "plan",
    id,
    name: plan.name,
    price:
      plan.monthlyPriceCents === null
        ? null
        : { amount_cents: plan.monthlyPriceCents, currency: "usd", interval: "month" },
    generations_per_month: plan.generationsPerMonth,
    variants_max: plan.variantsMax,
    generations_per_hour: plan.burstPerHour,
    concurrency_max: plan.concurrencyMax,
    regeneration: {
      targeted: plan.regeneration.targeted,
      full: plan.regeneration.full,
      full_per_month: plan.regeneration.fullPerMonth,
      cooldown_seconds: plan.regenerationCooldownSeconds,
    },
    api_rate: { quota: presentRate(plan.api.quota), burst: plan.api.burst && presentRate(plan.api.burst) },
    upgrade_url: pricingUrl,
  };
}

function presentRate({ max, seconds }: Rate) {
  return { requests: max, window_seconds: seconds };
}
