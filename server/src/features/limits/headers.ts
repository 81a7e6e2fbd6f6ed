import type { BucketState, LimitDecision } from "../../platform/limiter/index.ts";

/**
 * Where the caller stands: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10, all policies),
 * `X-RateLimit-*` (one policy; Reset in Unix seconds) and, when refused, `Retry-After` (seconds, never before the
 * reset).
 */
export function headersFor(decision: LimitDecision): Record<string, string> {
  const { buckets, nowMs } = decision;
  const main = governing(decision);
  if (!main) return {};
  const headers: Record<string, string> = {
    "RateLimit-Policy": buckets
      .map(({ name, limit, intervalMs }) => `${quoted(name)};q=${limit};w=${Math.ceil(intervalMs / 1000)}`)
      .join(", "),
    RateLimit: buckets
      .map(({ name, remaining, resetAtMs }) => `${quoted(name)};r=${remaining};t=${secondsUntil(resetAtMs, nowMs)}`)
      .join(", "),
    "X-RateLimit-Limit": String(main.limit),
    "X-RateLimit-Remaining": String(main.remaining),
    "X-RateLimit-Reset": String(Math.ceil(main.resetAtMs / 1000)),
  };
  if (!decision.allowed) {
    headers["Retry-After"] = String(Math.max(1, secondsUntil(decision.retryAtMs ?? main.resetAtMs, nowMs)));
  }
  return headers;
}

/** The names that a 429 lists as `violated-policies`. */
export function violatedPolicies({ buckets }: LimitDecision): string[] {
  return buckets.filter((bucket) => bucket.exhausted).map((bucket) => bucket.name);
}

/** The policy that the legacy fields speak of: the one that refuses longest, else the plan's own (the first). */
function governing({ buckets, allowed }: LimitDecision): BucketState | undefined {
  if (allowed) return buckets[0];
  return buckets.filter((bucket) => bucket.exhausted).toSorted((a, b) => b.resetAtMs - a.resetAtMs)[0] ?? buckets[0];
}

function secondsUntil(timeMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((timeMs - nowMs) / 1000));
}

/** A string of RFC 9651; names are ours and plain ASCII. */
function quoted(name: string): string {
  return `"${name}"`;
}
