import type { components } from "../../generated/openapi.types.ts";
import type { EffectiveLimits, EntitledLimits } from "../plans/index.ts";

type PublicEntitlement = components["schemas"]["Entitlement"];
export type Feature = components["schemas"]["EntitlementFeature"];

/** What one feature is under some limits. */
interface Allowance {
  allowed: boolean;
  /** Null: not counted. */
  limit: number | null;
  period: PublicEntitlement["period"];
}

const HOUR = 3600;
const always = (limit: number): Allowance => ({ allowed: true, limit, period: null });

/** Every feature, worked out from the plan's numbers: the catalogue of plans stays the only place with these. */
const allowances: Readonly<Record<Feature, (limits: EffectiveLimits) => Allowance>> = {
  generations: ({ generationsPerMonth }) => ({
    allowed: true,
    limit: generationsPerMonth,
    period: generationsPerMonth === null ? null : "month",
  }),
  variants: ({ variantsMax }) => always(variantsMax),
  targeted_regeneration: ({ regeneration }) => ({ allowed: regeneration.targeted, limit: null, period: null }),
  full_regeneration: ({ regeneration: { full, fullPerMonth } }) => ({
    allowed: full !== "none",
    limit: fullPerMonth,
    period: fullPerMonth === null ? null : "month",
  }),
  concurrency: ({ concurrencyMax }) => always(concurrencyMax),
  api_requests: ({ api: { quota } }) => ({
    allowed: true,
    limit: Math.floor((quota.max * HOUR) / quota.seconds),
    period: "hour",
  }),
};

export const features = Object.keys(allowances) as Feature[];

/** Whether and how much of a feature an account may use: asked by the API's own gates and shown to callers. */
export function entitlementTo(feature: Feature, { limits, inForce, version }: EntitledLimits): PublicEntitlement {
  const { allowed, limit, period } = allowances[feature](limits);
  return {
    object: "entitlement",
    feature,
    allowed,
    reason: allowed ? "included" : "not_in_plan",
    limit,
    period,
    plan: limits.planId,
    source: inForce.source,
    expires_at: inForce.endsAt?.toISOString() ?? null,
    version,
  };
}
