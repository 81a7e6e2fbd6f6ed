/** `max` requests in each window of `seconds`. */
export interface Rate {
  max: number;
  seconds: number;
}

export interface ApiRate {
  quota: Rate;
  /** How much of the quota may come at once; null where the quota itself is small enough. */
  burst: Rate | null;
}

/** `none` refuses, `capped` allows `fullPerMonth` of them, `unlimited` counts only as generations. */
export interface Regeneration {
  targeted: boolean;
  full: "none" | "capped" | "unlimited";
  fullPerMonth: number | null;
}

export interface Plan {
  name: string;
  /** US cents a month; null: agreed by contract. */
  monthlyPriceCents: number | null;
  /** Null: agreed by contract. */
  generationsPerMonth: number | null;
  variantsMax: number;
  regeneration: Regeneration;
  /** Generations that may be started in one hour of the clock. */
  burstPerHour: number;
  /** Generations at work at the same time, waiting ones included. */
  concurrencyMax: number;
  /** Between two regenerations of one draft. */
  regenerationCooldownSeconds: number;
  api: ApiRate;
}

const HOUR = 3600;
const paidApi: ApiRate = { quota: { max: 1000, seconds: HOUR }, burst: { max: 200, seconds: 10 } };
const targetedOnly: Regeneration = { targeted: true, full: "none", fullPerMonth: null };

/** Every plan, cheapest first: the only place with these numbers. */
export const plans = {
  free: {
    name: "Free",
    monthlyPriceCents: 0,
    generationsPerMonth: 5,
    variantsMax: 1,
    concurrencyMax: 1,
    burstPerHour: 5,
    regenerationCooldownSeconds: 30,
    regeneration: targetedOnly,
    api: { quota: { max: 10, seconds: HOUR }, burst: null },
  },
  basic: {
    name: "Basic",
    monthlyPriceCents: 595,
    generationsPerMonth: 60,
    variantsMax: 1,
    concurrencyMax: 1,
    burstPerHour: 20,
    regenerationCooldownSeconds: 30,
    regeneration: targetedOnly,
    api: paidApi,
  },
  standard: {
    name: "Standard",
    monthlyPriceCents: 1995,
    generationsPerMonth: 300,
    variantsMax: 3,
    concurrencyMax: 2,
    burstPerHour: 60,
    regenerationCooldownSeconds: 15,
    regeneration: { targeted: true, full: "capped", fullPerMonth: 30 },
    api: paidApi,
  },
  pro: {
    name: "Pro",
    monthlyPriceCents: 3995,
    generationsPerMonth: 900,
    variantsMax: 5,
    concurrencyMax: 5,
    burstPerHour: 150,
    regenerationCooldownSeconds: 5,
    regeneration: { targeted: true, full: "unlimited", fullPerMonth: null },
    api: paidApi,
  },
  enterprise: {
    name: "Enterprise",
    monthlyPriceCents: null,
    generationsPerMonth: null,
    variantsMax: 5,
    concurrencyMax: 20,
    burstPerHour: 1000,
    regenerationCooldownSeconds: 2,
    regeneration: { targeted: true, full: "unlimited", fullPerMonth: null },
    api: { quota: { max: 100_000, seconds: HOUR }, burst: { max: 5000, seconds: 10 } },
  },
} as const satisfies Record<string, Plan>;

export type PlanId = keyof typeof plans;
export const planIds = Object.keys(plans) as PlanId[];

/** The add-on that lifts an account to a higher plan for a while. */
export const boost = { name: "Pro Boost", priceCents: 1995, days: 30, plan: "pro" } as const satisfies {
  plan: PlanId;
  name: string;
  priceCents: number;
  days: number;
};

/** Every account's sandbox twin, whatever its plan: tests poll a lot and harm nobody. */
export const sandboxApi: ApiRate = { quota: { max: 10_000, seconds: HOUR }, burst: { max: 2000, seconds: 10 } };

/** What a sandbox may generate that has no plan of its own: simulators cost nothing, and tests must not be stopped. */
export const sandboxGenerations = {
  variantsMax: 5,
  generationsPerMonth: 10_000,
  burstPerHour: 2000,
  concurrencyMax: 200,
  regenerationCooldownSeconds: 0,
  regeneration: { targeted: true, full: "unlimited", fullPerMonth: null },
} as const satisfies Partial<Plan>;

/** Where a plan is changed. */
export const pricingUrl = "https://musicverse.dev/pricing";

/** The cheapest plan that allows more requests; null at the top. */
export function planWithMoreRequests(planId: PlanId): PlanId | null {
  const now: number = plans[planId].api.quota.max;
  return planIds.find((id) => plans[id].api.quota.max > now) ?? null;
}
