import { Counter, type Registry } from "prom-client";
import { createNotifiedCache } from "../../platform/cache/index.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { plans, sandboxApi, sandboxGenerations, type ApiRate, type Plan, type PlanId } from "./catalogue.ts";
import { planInForce, type HeldPlan, type PlanInForce } from "./plan-in-force.ts";
import { accountLimitsChannel, selectHeldPlans, type HeldPlansRow } from "./store.ts";

/** What an account may do right now. */
export interface EffectiveLimits extends Omit<Plan, "api"> {
  planId: PlanId;
  mode: "live" | "test";
  /** The account itself holds the plan: false for a sandbox that has its live account's, and where nobody bought anything. */
  ownSubscription: boolean;
  /** The plan's, or the sandbox's. */
  api: ApiRate;
}

/** What an account may do, and why. */
export interface EntitledLimits {
  limits: EffectiveLimits;
  inForce: PlanInForce;
  /** Grows with each change of what the account holds. */
  version: number;
}

export interface PlanLookup {
  /** At once when cached. Throws for an account that does not exist. */
  getEffectiveLimits(accountId: string): EffectiveLimits | Promise<EffectiveLimits>;
  /** The same with where it comes from. */
  getEntitledLimits(accountId: string): EntitledLimits | Promise<EntitledLimits>;
  close(): void;
}

interface Held {
  mode: "live" | "test";
  version: number;
  own: readonly HeldPlan[];
  /** What a sandbox has of its live account. */
  twins: readonly HeldPlan[];
  /** What that came to when it was last asked, and from when until when it is the same. */
  answer: { entitled: EntitledLimits; from: number; until: number } | null;
}

/** Every change is notified, so this bounds only the age of what nobody notified. */
const CACHED_MS = 10 * 60 * 1000;
const NOTHING: PlanInForce = Object.freeze({ planId: "free", source: "default", endsAt: null });

/**
 * Reads what an account holds once per process and ten minutes, and forgets it the moment it changes; the plan in force is
 * worked out at each call, so whatever ends, ends on time everywhere. Without notifications each call asks the database.
 * (ADR 28)
 */
export function createPlanLookup({
  db,
  clock,
  metrics,
}: {
  db: Database;
  clock: Clock;
  metrics?: { registry: Registry };
}): PlanLookup {
  const cache = createNotifiedCache<Held>({
    db,
    channel: accountLimitsChannel,
    ttlMs: CACHED_MS,
    load: async (accountId) => {
      const [row] = await db.readSystem<HeldPlansRow>(
        "plan look-up: before the tenant's own work",
        selectHeldPlans(accountId),
      );
      return row ? heldIn(row) : null;
    },
    ...(metrics && { observe: countLookups(metrics.registry) }),
  });
  const resolve = (held: Held | null, accountId: string): EntitledLimits => {
    if (!held) throw new Error(`account ${accountId} does not exist`);
    const now = clock.now();
    const { answer } = held;
    if (answer && answer.from <= now.getTime() && now.getTime() < answer.until) return answer.entitled;
    const own = planInForce(held.own, now);
    const inForce = own ?? planInForce(held.twins, now) ?? NOTHING;
    const entitled = { limits: limitsOfPlan(inForce.planId, held.mode, own !== null), inForce, version: held.version };
    held.answer = { entitled, from: now.getTime(), until: nextChange(held, now) };
    return entitled;
  };
  const entitled = (accountId: string) => {
    const held = cache.get(accountId);
    return held instanceof Promise ? held.then((loaded) => resolve(loaded, accountId)) : resolve(held, accountId);
  };
  return {
    getEntitledLimits: entitled,
    getEffectiveLimits: (accountId) => {
      const found = entitled(accountId);
      return found instanceof Promise ? found.then(({ limits }) => limits) : found.limits;
    },
    close: cache.close,
  };
}

function heldIn({ mode, version, held }: HeldPlansRow): Held {
  const plansOf = (own: boolean) =>
    held
      .filter((one) => one.own === own)
      .map((one): HeldPlan => ({
        source: one.source,
        plan: one.plan,
        startsAt: new Date(one.starts_at),
        endsAt: one.ends_at === null ? null : new Date(one.ends_at),
      }));
  return { mode, version, own: plansOf(true), twins: plansOf(false), answer: null };
}

/** The next moment at which something begins or ends. */
function nextChange({ own, twins }: Held, now: Date): number {
  const moments = [...own, ...twins].flatMap(({ startsAt, endsAt }) => [
    startsAt.getTime(),
    endsAt?.getTime() ?? Infinity,
  ]);
  return Math.min(...moments.filter((moment) => moment > now.getTime()), Infinity);
}

function countLookups(registry: Registry): (result: "hit" | "miss" | "uncached") => void {
  const counter = new Counter({
    name: "musicverse_entitlement_lookups_total",
    help: "Times it was asked what an account may do: answered from memory (hit), read and kept (miss), or read without being kept because the database's notifications cannot be heard (uncached).",
    labelNames: ["result"],
    registers: [registry],
  });
  const [hit, miss, uncached] = [counter.labels("hit"), counter.labels("miss"), counter.labels("uncached")];
  const children = { hit, miss, uncached };
  return (result) => children[result].inc();
}

/** Made once: this is asked for on the way of every request. */
const effectiveLimits = { live: limitsIn("live"), test: limitsIn("test") };

export function limitsOfPlan(planId: PlanId, mode: "live" | "test", ownSubscription = false): EffectiveLimits {
  return effectiveLimits[mode][ownSubscription ? "own" : "shared"][planId];
}

function limitsIn(mode: "live" | "test") {
  const of = (ownSubscription: boolean) => {
    // A sandbox that bought nothing is not held up by the plan of its live account.
    const ofSandbox = mode === "test" && !ownSubscription ? sandboxGenerations : {};
    const entries = Object.entries<Plan>(plans).map(([planId, plan]) => [
      planId,
      Object.freeze({
        ...plan,
        ...ofSandbox,
        planId,
        mode,
        ownSubscription,
        api: mode === "test" ? sandboxApi : plan.api,
      }),
    ]);
    return Object.fromEntries(entries) as Record<PlanId, EffectiveLimits>;
  };
  return { own: of(true), shared: of(false) };
}
