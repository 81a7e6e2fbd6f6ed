import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { plans, pricingUrl, type Plan, type PlanId, type Rate } from "./catalogue.ts";
import { resolveEffectivePlan } from "./effective-plan.ts";
import type { AccountPlanRow } from "./store.ts";

type PublicPlan = components["schemas"]["Plan"];
type PublicAccountPlan = components["schemas"]["AccountPlan"];

export function presentAccountPlan(row: AccountPlanRow, now: Date): PublicAccountPlan {
  return {
    object: "account_plan",
    account_id: encodeId("acc", row.id),
    plan: resolveEffectivePlan(row.plan, null, now),
    boost_expires_at: row.boost_expires_at?.toISOString() ?? null,
    effective_plan: resolveEffectivePlan(row.plan, row.boost_expires_at, now),
  };
}

export function presentPlan(id: PlanId): PublicPlan {
  const plan: Plan = plans[id];
  return {
    object: "plan",
    id,
    name: plan.name,
    price: plan.monthlyPriceCents === null ? null : { amount_cents: plan.monthlyPriceCents, currency: "usd", interval: "month" },
    generations_per_month: plan.generationsPerMonth,
    variants_max: plan.variantsMax,
    concurrency_max: plan.concurrencyMax,
    regeneration: {
      targeted: plan.regeneration.targeted,
      full: plan.regeneration.full,
      full_per_month: plan.regeneration.fullPerMonth,
    },
    api_rate: { quota: presentRate(plan.api.quota), burst: plan.api.burst && presentRate(plan.api.burst) },
    upgrade_url: pricingUrl,
  };
}

function presentRate({ max, seconds }: Rate) {
  return { requests: max, window_seconds: seconds };
}
