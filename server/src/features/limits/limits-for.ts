import type { Clock } from "../../platform/clock/index.ts";
import type { PlanLookup, EffectiveLimits } from "../plans/index.ts";
import { addressLimits, badCredentialBucket } from "./address-limits.ts";
import { inForce, type AccountOverrides, type OverrideLookup } from "./override-lookup.ts";
import { credentialRate, inspectRate, sessionRate } from "./rates.ts";
import { windowOf, type LimitSource, type Window } from "./window.ts";

export interface Caller {
  principal: { kind: string; accountId: string; keyId: string | null; clientId?: string | null } | null;
  ip: string;
  rateClass: string;
  /** A credential was sent and is none. */
  badCredential?: boolean;
}

/** All windows that a request takes from, to be taken at once; a promise only while the account's numbers are not cached. */
export type LimitsFor = (caller: Caller) => Window[] | Promise<Window[]>;

interface LimitsForDeps {
  plans: Pick<PlanLookup, "getEffectiveLimits">;
  overrides: Pick<OverrideLookup, "of">;
  clock: Clock;
}

/** The first window is the one that the account's plan is about; the legacy header fields speak of it. */
export function createLimitsFor({ plans, overrides, clock }: LimitsForDeps): LimitsFor {
  return ({ principal, ip, rateClass, badCredential }) => {
    if (rateClass === "none") return [];
    if (!principal)
      return badCredential
        ? [badCredentialBucket(ip), ...addressLimits({ ip, rateClass })]
        : addressLimits({ ip, rateClass });
    if (rateClass === "auth") return addressLimits({ ip, rateClass });
    if (rateClass === "inspect") return [windowOf(principal.accountId, "inspect", inspectRate, "platform")];
    if (principal.kind === "session") {
      return forClass(principal.accountId, rateClass, [
        windowOf(principal.accountId, "session", sessionRate, "platform"),
      ]);
    }
    const limits = plans.getEffectiveLimits(principal.accountId);
    const own = overrides.of(principal.accountId);
    const windows = (loaded: EffectiveLimits, overridden: AccountOverrides) =>
      forClass(principal.accountId, rateClass, accountWindows(principal, loaded, overridden, clock.now()));
    if (limits instanceof Promise || own instanceof Promise)
      return Promise.all([limits, own]).then(([loaded, overridden]) => windows(loaded, overridden));
    return windows(limits, own);
  };
}

/**
 * An override of the account replaces its plan's numbers, up or down. A key, or the app of an OAuth token, has by itself
 * what its account has; an override of the key replaces that, and still nothing goes past the account's own windows.
 */
function accountWindows(
  principal: NonNullable<Caller["principal"]>,
  { api, mode }: EffectiveLimits,
  overrides: AccountOverrides,
  now: Date,
): Window[] {
  const { accountId, keyId, clientId } = principal;
  const fromPlan: LimitSource = mode === "test" ? "sandbox" : "plan";
  const ofAccount = inForce(overrides.account, now);
  const quota = ofAccount?.quota ?? api.quota;
  const burst = ofAccount?.burst ?? api.burst;
  const quotaSource = ofAccount?.quota ? "override" : fromPlan;
  const windows = [windowOf(accountId, "account", quota, quotaSource)];
  if (clientId != null) {
    windows.push(windowOf(accountId, "client", quota, quotaSource, `client:${clientId}`));
  } else {
    const ofKey = inForce(overrides.keys.get(keyId ?? ""), now);
    windows.push(
      windowOf(
        accountId,
        "key",
        ofKey?.quota ?? quota,
        ofKey?.quota ? "override" : quotaSource,
        `key:${keyId ?? "none"}`,
      ),
    );
    if (ofKey?.burst)
      windows.push(windowOf(accountId, "key-burst", ofKey.burst, "override", `key-burst:${keyId ?? "none"}`));
  }
  if (burst) windows.push(windowOf(accountId, "burst", burst, ofAccount?.burst ? "override" : fromPlan));
  return windows;
}

function forClass(accountId: string, rateClass: string, windows: Window[]): Window[] {
  if (rateClass !== "credential") return windows;
  return [...windows, { ...windowOf(accountId, "credential", credentialRate, "platform"), failClosed: true }];
}
