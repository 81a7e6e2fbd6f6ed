import type { Principal } from "../../platform/http/context.ts";
import type { Bucket } from "../../platform/limiter/index.ts";
import type { EffectiveLimits, PlanLookup, Rate } from "../plans/index.ts";
import { callerOf } from "./address.ts";
import { addressRates, badCredentialRate, sessionRate } from "./rates.ts";

export interface Caller {
  principal: Pick<Principal, "kind" | "accountId" | "keyId"> | null;
  ip: string;
  rateClass: string;
}

/** All buckets that a request takes from, to be taken at once; a promise only while the account's plan is not cached. */
export type LimitsFor = (caller: Caller) => Bucket[] | Promise<Bucket[]>;

export function createLimitsFor({ getEffectiveLimits }: Pick<PlanLookup, "getEffectiveLimits">): LimitsFor {
  return (caller) => {
    const { principal, ip, rateClass } = caller;
    if (rateClass === "none") return [];
    if (!principal || rateClass === "auth") return addressLimits({ ip, rateClass });
    if (principal.kind === "session") return [bucket(`{${principal.accountId}}:session`, "session", sessionRate)];
    const limits = getEffectiveLimits(principal.accountId);
    return limits instanceof Promise ? limits.then((loaded) => keyBuckets(principal, loaded)) : keyBuckets(principal, limits);
  };
}

/** The first is the one that the plan is about. */
function keyBuckets({ accountId, keyId }: NonNullable<Caller["principal"]>, { api }: EffectiveLimits): Bucket[] {
  const tag = `{${accountId}}`;
  const buckets = [
    bucket(`${tag}:account`, "account", api.quota),
    bucket(`${tag}:key:${keyId ?? "none"}`, "key", api.quota),
  ];
  if (api.burst) buckets.push(bucket(`${tag}:burst`, "burst", api.burst));
  return buckets;
}

/** Counts the bad credentials of an address: take one per bad credential, refused means 429 instead of 401. (API-13) */
export function badCredentialBucket(ip: string): Bucket {
  return bucket(`{${callerOf(ip)}}:bad-credential`, "bad-credential", badCredentialRate);
}

/** What a caller without a credential takes from. */
export function addressLimits({ ip, rateClass }: Pick<Caller, "ip" | "rateClass">): Bucket[] {
  const known = Object.hasOwn(addressRates, rateClass) ? (rateClass as keyof typeof addressRates) : "write";
  const name = `address-${known}`;
  return [bucket(`{${callerOf(ip)}}:${name}`, name, addressRates[known])];
}

function bucket(key: string, name: string, { max, seconds }: Rate): Bucket {
  return { key, name, capacity: max, refill: max, intervalMs: seconds * 1000 };
}
