import { boost } from "../plans/index.ts";
import type { Entitlement } from "./implied-entitlements.ts";

/** What an administrator asks for; absent: as it is. */
interface WantedGrants {
  /** `free` ends what was granted. */
  plan?: string | undefined;
  /** Null ends what was granted. */
  boostExpiresAt?: Date | null | undefined;
}

const REF = "grant";

/** What the account holds with these grants in place of earlier ones; what it pays for is left alone. */
export function withGrants(
  held: readonly Entitlement[],
  { plan, boostExpiresAt }: WantedGrants,
  now: Date,
): Entitlement[] {
  const kept = held.filter(
    ({ source }) =>
      !(source === "plan_grant" && plan !== undefined) && !(source === "boost_grant" && boostExpiresAt !== undefined),
  );
  const since = (source: Entitlement["source"]) => held.find((one) => one.source === source)?.startsAt ?? now;
  if (plan !== undefined && plan !== "free")
    kept.push({ source: "plan_grant", provider: null, ref: REF, plan, startsAt: since("plan_grant"), endsAt: null });
  if (boostExpiresAt)
    kept.push({
      source: "boost_grant",
      provider: null,
      ref: REF,
      plan: boost.plan,
      startsAt: since("boost_grant"),
      endsAt: boostExpiresAt,
    });
  return kept;
}
