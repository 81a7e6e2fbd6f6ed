import { createNotifiedCache } from "../../platform/cache/index.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { plans, sandboxApi, type ApiRate, type Plan, type PlanId } from "./catalogue.ts";
import { resolveEffectivePlan } from "./effective-plan.ts";
import { accountLimitsChannel, selectSubscription, type SubscriptionRow } from "./store.ts";

/** What an account may do right now. */
export interface EffectiveLimits extends Omit<Plan, "api"> {
  planId: PlanId;
  mode: "live" | "test";
  /** The plan's, or the sandbox's. */
  api: ApiRate;
}

export interface PlanLookup {
  /** At once when cached. Throws for an account that does not exist. */
  getEffectiveLimits(accountId: string): EffectiveLimits | Promise<EffectiveLimits>;
  close(): void;
}

/** BIL-02; a change is notified, so this is only for what nobody notified. */
const CACHED_MS = 10 * 60 * 1000;

/**
 * Reads what an account has once per process and ten minutes, and forgets it the moment it changes; the plan in force is
 * worked out at each call, so a boost ends on time everywhere. Without notifications each call asks the database.
 */
export function createPlanLookup({ db, clock }: { db: Database; clock: Clock }): PlanLookup {
  const cache = createNotifiedCache<SubscriptionRow>({
    db,
    channel: accountLimitsChannel,
    ttlMs: CACHED_MS,
    load: async (accountId) => {
      const [row] = await db.readSystem<SubscriptionRow>("plan look-up: before the tenant's own work", selectSubscription(accountId));
      return row ?? null;
    },
  });
  const resolve = (row: SubscriptionRow | null, accountId: string): EffectiveLimits => {
    if (!row) throw new Error(`account ${accountId} does not exist`);
    return limitsOfPlan(resolveEffectivePlan(row.plan, row.boost_expires_at, clock.now()), row.mode);
  };
  return {
    getEffectiveLimits: (accountId) => {
      const row = cache.get(accountId);
      return row instanceof Promise ? row.then((loaded) => resolve(loaded, accountId)) : resolve(row, accountId);
    },
    close: cache.close,
  };
}

/** Made once: this is asked for on the way of every request. */
const effectiveLimits = { live: limitsIn("live"), test: limitsIn("test") };

export function limitsOfPlan(planId: PlanId, mode: "live" | "test"): EffectiveLimits {
  return effectiveLimits[mode][planId];
}

function limitsIn(mode: "live" | "test"): Record<PlanId, EffectiveLimits> {
  const entries = Object.entries<Plan>(plans).map(([planId, plan]) => [
    planId, Object.freeze({ ...plan, planId, mode, api: mode === "test" ? sandboxApi : plan.api }),
  ]);
  return Object.fromEntries(entries) as Record<PlanId, EffectiveLimits>;
}
