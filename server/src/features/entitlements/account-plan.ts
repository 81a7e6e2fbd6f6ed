import type { components } from "../../generated/openapi.types.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { resolveEffectivePlan } from "../plans/index.ts";
import type { Entitlement } from "./implied-entitlements.ts";
import { projectionOf } from "./revise.ts";

export function presentAccountPlan(
  liveId: string,
  held: readonly Entitlement[],
  now: Date,
): components["schemas"]["AccountPlan"] {
  const { plan, boostExpiresAt } = projectionOf(held, now);
  return {
    object: "account_plan",
    account_id: encodeId("acc", liveId),
    plan: resolveEffectivePlan(plan, null, now),
    boost_expires_at: boostExpiresAt?.toISOString() ?? null,
    effective_plan: resolveEffectivePlan(plan, boostExpiresAt, now),
  };
}

export function noSuchAccount(): ProblemError {
  return new ProblemError("not_found", { detail: "There is no account with this id." });
}
