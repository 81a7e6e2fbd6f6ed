import type { ExchangeResult } from "../../../platform/egress/index.ts";
import { nextAttemptAt, parseRetryAfter } from "./schedule.ts";

/** What one attempt means for its delivery and for its endpoint. */
export interface Outcome {
  status: "succeeded" | "pending" | "failed";
  /** Set when pending. */
  nextAttemptAt: Date | null;
  /** `status_503`, or the class of a failure without a usable answer (`timeout`, `dns`, …); null on success. */
  error: string | null;
  /** `throttled`: the endpoint asks for less; `gone`: it wants no deliveries any more. */
  verdict: "success" | "failure" | "throttled" | "gone";
  retryAfterMs: number | null;
}

/** 2xx is success and everything else is not, redirects included. `attempts` counts this one. */
export function judge(
  { statusCode, error, headers }: ExchangeResult,
  { attempts, now, random }: { attempts: number; now: Date; random: () => number },
): Outcome {
  if (error === null && statusCode !== null && statusCode >= 200 && statusCode < 300) {
    return { status: "succeeded", nextAttemptAt: null, error: null, verdict: "success", retryAfterMs: null };
  }
  const reason = error ?? `status_${statusCode}`;
  if (error === null && statusCode === 410) {
    return { status: "failed", nextAttemptAt: null, error: reason, verdict: "gone", retryAfterMs: null };
  }
  const mayAskToWait = error === null && (statusCode === 429 || statusCode === 503);
  const retryAfterMs = mayAskToWait ? parseRetryAfter(headers["retry-after"], now) : null;
  const next = nextAttemptAt({ attempts, now, retryAfterMs, random });
  return {
    status: next === null ? "failed" : "pending",
    nextAttemptAt: next,
    error: reason,
    verdict: statusCode === 429 || retryAfterMs !== null ? "throttled" : "failure",
    retryAfterMs,
  };
}
