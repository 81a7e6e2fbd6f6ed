import type { Principal } from "../../platform/http/context.ts";
import type { Bucket } from "../../platform/limiter/index.ts";
import { callerOf } from "./address.ts";
import { addressRates, badCredentialRate, sessionRate, tiers, type Rate, type Tier } from "./tiers.ts";

export interface Caller {
  principal: Pick<Principal, "kind" | "accountId" | "keyId" | "mode" | "tier"> | null;
  ip: string;
  rateClass: string;
}

/**
 * All buckets one request takes from, to be taken at once; empty when the operation has no limit. The first is the one
 * the plan is about. An unknown tier counts as free: a typo in a table must not open the door.
 */
export function limitsFor({ principal, ip, rateClass }: Caller, catalogue: Record<string, Tier> = tiers): Bucket[] {
  if (rateClass === "none") return [];
  if (!principal || rateClass === "auth") return [addressBucket(ip, rateClass)];
  const tag = `{${principal.accountId}}`;
  if (principal.kind === "session") return [bucket(`${tag}:session`, "session", sessionRate)];

  const tier = catalogue[principal.mode === "test" ? "sandbox" : principal.tier] ?? catalogue.free ?? tiers.free;
  const buckets = [
    bucket(`${tag}:account`, "account", tier.quota),
    bucket(`${tag}:key:${principal.keyId ?? "none"}`, "key", tier.quota),
  ];
  if (tier.burst) buckets.push(bucket(`${tag}:burst`, "burst", tier.burst));
  return buckets;
}

/** Counts the bad credentials of an address: take one per bad credential, refused means 429 instead of 401. (API-13) */
export function badCredentialBucket(ip: string): Bucket {
  return bucket(`{${callerOf(ip)}}:bad-credential`, "bad-credential", badCredentialRate);
}

function addressBucket(ip: string, rateClass: string): Bucket {
  const known = Object.hasOwn(addressRates, rateClass) ? (rateClass as keyof typeof addressRates) : "write";
  const name = `address-${known}`;
  return bucket(`{${callerOf(ip)}}:${name}`, name, addressRates[known]);
}

function bucket(key: string, name: string, { max, seconds }: Rate): Bucket {
  return { key, name, capacity: max, refill: max, intervalMs: seconds * 1000 };
}
