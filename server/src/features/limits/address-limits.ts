import { callerOf } from "../../platform/limiter/index.ts";
import { addressRates, badCredentialRate } from "./rates.ts";
import { windowOf, type Window } from "./window.ts";

/** What a caller without a credential takes from; a class without a number of its own counts as writing. */
export function addressLimits({ ip, rateClass }: { ip: string; rateClass: string }): Window[] {
  const known = Object.hasOwn(addressRates, rateClass) ? (rateClass as keyof typeof addressRates) : "write";
  return [guarded(known === "auth", windowOf(callerOf(ip), `address-${known}`, addressRates[known], "platform"))];
}

/** Counts the bad credentials of an address: take one per bad credential, refused means 429 instead of 401. */
export function badCredentialBucket(ip: string): Window {
  return guarded(true, windowOf(callerOf(ip), "bad-credential", badCredentialRate, "platform"));
}

/** What keeps somebody from guessing stays tight when it cannot be counted exactly. */
function guarded(againstGuessing: boolean, window: Window): Window {
  return againstGuessing ? { ...window, failClosed: true } : window;
}
