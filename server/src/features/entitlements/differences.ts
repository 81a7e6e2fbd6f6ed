import type { Entitlement } from "./implied-entitlements.ts";

export interface Difference {
  change: "granted" | "updated" | "revoked" | "expired";
  entitlement: Entitlement;
}

/** What has to happen so that `held` becomes `wanted`; what ended by itself until `now` has expired, whatever is wanted. */
export function differences(held: readonly Entitlement[], wanted: readonly Entitlement[], now: Date): Difference[] {
  const key = ({ source, provider, ref }: Entitlement) => `${source} ${provider} ${ref}`;
  const before = new Map(held.map((one) => [key(one), one]));
  const after = new Map(wanted.filter((one) => !isOver(one, now)).map((one) => [key(one), one]));
  const ended = held
    .filter((one) => !after.has(key(one)))
    .map((entitlement): Difference => ({ change: isOver(entitlement, now) ? "expired" : "revoked", entitlement }));
  const given = [...after.values()].flatMap((entitlement): Difference[] => {
    const known = before.get(key(entitlement));
    if (!known) return [{ change: "granted", entitlement }];
    return isSame(known, entitlement) ? [] : [{ change: "updated", entitlement }];
  });
  return [...ended, ...given];
}

function isOver({ endsAt }: Entitlement, now: Date): boolean {
  return endsAt !== null && endsAt <= now;
}

function isSame(a: Entitlement, b: Entitlement): boolean {
  return (
    a.plan === b.plan && a.startsAt.getTime() === b.startsAt.getTime() && a.endsAt?.getTime() === b.endsAt?.getTime()
  );
}
