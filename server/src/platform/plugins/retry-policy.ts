import type { PluginFailure, PluginFailureCode } from "./failure.ts";
import { HOUR_MS } from "../time/index.ts";

type RetryDecision = { retry: false } | { retry: true; delayMs: number; countsAsAttempt: boolean };

interface RetryRule {
  /** Tries in all, the first included. */
  attemptsMax: number;
  /** Delay before try n+1: random up to baseMs × 2^(n−1), at most capMs ("full jitter": no herd comes back at once). */
  baseMs: number;
  capMs: number;
  /** False: the wait is somebody's known wish (rate limit, resting breaker), so it uses up no try. */
  counts: boolean;
}

const never: RetryRule = { attemptsMax: 1, baseMs: 0, capMs: 0, counts: true };

/** A provider's "come back at" is believed within these bounds: a clock that is off must neither spin nor park work. */
const WAIT_MIN_MS = 1_000;
const WAIT_MAX_MS = 6 * HOUR_MS;

/** The one retry table. */
const retryTable: Readonly<Record<PluginFailureCode, RetryRule>> = {
  // The host has refreshed the credential and called again by then.
  AUTH_EXPIRED: never,
  AUTH_REVOKED: never,
  RATE_LIMIT: { attemptsMax: Infinity, baseMs: 30_000, capMs: 30_000, counts: false },
  NETWORK: { attemptsMax: 5, baseMs: 1_000, capMs: 60_000, counts: true },
  UPSTREAM: { attemptsMax: 3, baseMs: 2_000, capMs: 60_000, counts: true },
  VALIDATION: never,
  CONTENT_POLICY: never,
  CONFLICT: never,
  PERMANENT: never,
  PLUGIN_BUG: { attemptsMax: 2, baseMs: 1_000, capMs: 1_000, counts: true },
  BREAKER_OPEN: { attemptsMax: Infinity, baseMs: 30_000, capMs: 30_000, counts: false },
  UNAVAILABLE: never,
};

/**
 * Whether and when to call again after `attempt` counted tries (1 = the first just failed). A known `retryAt` is kept,
 * plus up to 10 % so that the waiting do not return together. An unknown outcome is never repeated.
 */
export function retryDecision(
  failure: PluginFailure,
  attempt: number,
  { now = new Date(), random = Math.random }: { now?: Date; random?: () => number } = {},
): RetryDecision {
  const rule = retryTable[failure.code];
  if (failure.outcome === "unknown" || attempt >= rule.attemptsMax) return { retry: false };
  if (failure.retryAt) {
    const waitMs = Math.min(WAIT_MAX_MS, Math.max(WAIT_MIN_MS, failure.retryAt.getTime() - now.getTime()));
    return { retry: true, delayMs: Math.ceil(waitMs * (1 + random() / 10)), countsAsAttempt: rule.counts };
  }
  const ceilingMs = Math.min(rule.capMs, rule.baseMs * 2 ** (attempt - 1));
  const delayMs = rule.counts ? random() * ceilingMs : ceilingMs * (1 + random() / 10);
  return { retry: true, delayMs: Math.ceil(delayMs), countsAsAttempt: rule.counts };
}
