import type { components } from "../../generated/openapi.types.ts";
import type { EffectiveLimits } from "../plans/index.ts";
import { countedLimits, type Usage } from "./usage.ts";
import { windowsAt } from "./windows.ts";

/** Every window as its owner reads it. */
export function presentUsage(usage: Usage, limits: EffectiveLimits): components["schemas"]["GenerationLimits"] {
  const { monthEnd, hourEnd } = windowsAt(usage.at);
  const counted = countedLimits(limits);
  const window = (name: keyof typeof counted, resetsAt: number | null) => ({
    limit: counted[name],
    used: usage[name],
    remaining: counted[name] === null ? null : Math.max(0, counted[name] - usage[name]),
    resets_at: resetsAt === null ? null : new Date(resetsAt).toISOString(),
  });
  return {
    monthly_pool: window("monthly", monthEnd),
    hourly_burst: window("hourly", hourEnd),
    full_regenerations: window("full", monthEnd),
    concurrency: window("live", null),
    regeneration_cooldown_seconds: limits.regenerationCooldownSeconds,
  };
}
