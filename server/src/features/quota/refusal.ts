import { ProblemError, type ProblemOptions } from "../../platform/http/problem.ts";
import { planIds, plans, pricingUrl, type EffectiveLimits, type Plan, type PlanId } from "../plans/index.ts";
import type { QuotaWindow, Usage, Violation } from "./usage.ts";

/** The 429 that tells of the window which lasts longest, and names the others. */
export function refusalOf(
  violations: readonly [Violation, ...Violation[]],
  { at }: Usage,
  limits: EffectiveLimits,
): ProblemError {
  const [{ window, endsAt }] = violations;
  const seconds = Math.max(1, Math.ceil((endsAt - at) / 1000));
  const until = new Date(endsAt).toISOString();
  const upgrade = planWithMore(limits, window);
  const options = (said: string): ProblemOptions => ({
    detail: `${said}${upgrade ? ` The plan ${plans[upgrade].name} allows more.` : ""}`,
    headers: { "Retry-After": String(seconds) },
    extensions: {
      "violated-policies": violations.map((violation) => violation.window),
      ends_at: until,
      upgrade_plan: upgrade,
      upgrade_url: pricingUrl,
    },
  });
  switch (window) {
    case "monthly_pool":
      return new ProblemError(
        "monthly_pool_exhausted",
        options(
          `The ${limits.generationsPerMonth ?? 0} generations of this month are used up. New ones come at ${until}.`,
        ),
      );
    case "full_regenerations":
      return new ProblemError(
        "full_regen_cap",
        options(
          `The ${limits.regeneration.fullPerMonth ?? 0} full regenerations of this month are used up. New ones come at ${until}; one field or variant can still be regenerated.`,
        ),
      );
    case "hourly_burst":
      return new ProblemError(
        "hourly_burst_exceeded",
        options(`${limits.burstPerHour} generations were started in this hour, which is the most. Go on at ${until}.`),
      );
    case "regeneration_cooldown":
      return new ProblemError(
        "regen_cooldown",
        options(
          `This draft was regenerated less than ${limits.regenerationCooldownSeconds} seconds ago. Go on at ${until}.`,
        ),
      );
    case "concurrency":
      return new ProblemError(
        "concurrency_limit",
        options(
          `${limits.concurrencyMax} generations are at work or waiting, which is the most at a time. Wait until one has ended, or cancel one.`,
        ),
      );
  }
}

/** The plan has no full regenerations at all, so no waiting helps. */
export function fullRegenerationForbidden(limits: EffectiveLimits): ProblemError {
  const upgrade = planWithMore(limits, "full_regenerations");
  return new ProblemError("full_regen_not_allowed", {
    detail: `The plan ${plans[limits.planId].name} regenerates single fields and variants, not everything.${upgrade ? ` The plan ${plans[upgrade].name} does.` : ""}`,
    extensions: { upgrade_plan: upgrade, upgrade_url: pricingUrl },
  });
}

/** The cheapest plan with more of it; null at the top. */
function planWithMore(limits: EffectiveLimits, window: QuotaWindow): PlanId | null {
  const now = amountOf(limits, window);
  const higher = planIds.slice(planIds.indexOf(limits.planId) + 1);
  return higher.find((id) => amountOf(plans[id], window) > now) ?? null;
}

function amountOf(
  { generationsPerMonth, burstPerHour, regeneration, regenerationCooldownSeconds, concurrencyMax }: Omit<Plan, "api">,
  window: QuotaWindow,
): number {
  switch (window) {
    case "monthly_pool":
      return generationsPerMonth ?? Infinity;
    case "full_regenerations":
      return { none: 0, capped: regeneration.fullPerMonth ?? 0, unlimited: Infinity }[regeneration.full];
    case "hourly_burst":
      return burstPerHour;
    case "regeneration_cooldown":
      return -regenerationCooldownSeconds;
    case "concurrency":
      return concurrencyMax;
  }
}
