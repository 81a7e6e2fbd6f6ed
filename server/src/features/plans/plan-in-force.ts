import { planIds, type PlanId } from "./catalogue.ts";

/** Where a plan comes from; `default`: from nowhere, which is the cheapest one. */
export type PlanSource = "default" | "plan" | "boost" | "plan_grant" | "boost_grant";

/** A plan that an account holds for some time. */
export interface HeldPlan {
  source: Exclude<PlanSource, "default">;
  plan: string;
  startsAt: Date;
  /** Null: until somebody ends it. */
  endsAt: Date | null;
}

export interface PlanInForce {
  planId: PlanId;
  source: PlanSource;
  /** When a lower plan follows, if nothing else happens; null: never. */
  endsAt: Date | null;
}

/**
 * The highest of the plans that an account holds at the moment `now`; null when it holds none. A name that is not in the
 * catalogue gives nothing: a typo must not open the door.
 */
export function planInForce(held: readonly HeldPlan[], now: Date): PlanInForce | null {
  if (held.length === 0) return null;
  const [best] = held
    .filter((one) => rank(one) >= 0 && runsAt(one, now))
    .toSorted((a, b) => rank(b) - rank(a) || end(b) - end(a));
  if (!best) return null;
  const planId = planIds[rank(best)] ?? "free";
  let endsAt = best.endsAt;
  for (let next: HeldPlan | undefined = best; next && endsAt;) {
    const from: Date = endsAt;
    next = held.find((one) => rank(one) >= rank(best) && runsAt(one, from));
    if (next) endsAt = next.endsAt;
  }
  return { planId, source: best.source, endsAt };
}

const rank = ({ plan }: HeldPlan) => planIds.findIndex((id) => id === plan);
const end = ({ endsAt }: HeldPlan) => endsAt?.getTime() ?? Infinity;
const runsAt = ({ startsAt, endsAt }: HeldPlan, moment: Date) =>
  startsAt <= moment && (endsAt === null || endsAt > moment);
