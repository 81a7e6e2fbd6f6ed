import { ok, type Handler } from "../../platform/http/operation.ts";
import { boost, planIds } from "./catalogue.ts";
import { presentPlan } from "./present.ts";

export const listPlans = (): Handler<"listPlans"> => async () =>
  ok({
    object: "list" as const,
    data: planIds.map(presentPlan),
    boost: {
      name: boost.name,
      price: { amount_cents: boost.priceCents, currency: "usd" as const },
      days: boost.days,
      plan: boost.plan,
    },
  });
