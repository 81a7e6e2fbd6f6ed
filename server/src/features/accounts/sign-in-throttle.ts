import { hash } from "node:crypto";
import { ProblemError } from "../../platform/http/problem.ts";
import type { Bucket, LimitDecision, Limiter } from "../../platform/limiter/index.ts";
import { MINUTE_MS } from "../../platform/time/index.ts";

/** Wrong passwords for one e-mail address, from wherever they come, in 15 minutes. */
const PER_EMAIL = { max: 10, intervalMs: 15 * MINUTE_MS };

export interface SignInThrottle {
  /**
   * Runs `attempt` and counts it when it answers null, which is a failure.
   * @throws ProblemError too_many_failures, before any password is looked at
   */
  run<T>(email: string, ip: string, attempt: () => Promise<T | null>): Promise<T | null>;
}

/**
 * Failures are counted, not sign-ins: per address of the caller together with bad keys, and per e-mail. Attempts
 * for one e-mail wait for each other, or a burst of them would be looked at before the first failure is counted.
 */
export function createSignInThrottle(limiter: Limiter, badCredentialBucket: (ip: string) => Bucket): SignInThrottle {
  const lastOf = new Map<string, Promise<unknown>>();
  // Taken apart: buckets taken together would have to live on one node of a Redis Cluster.
  const both = (email: string, ip: string, cost: number) =>
    Promise.all([limiter.take([badCredentialBucket(ip)], cost), limiter.take([emailBucket(email)], cost)]);
  const check = async (email: string, ip: string) => {
    const full = (await both(email, ip, 0)).filter(({ buckets }) => buckets.some(({ remaining }) => remaining === 0));
    if (full.length === 0) return;
    const seconds = Math.max(...full.map(secondsLeft));
    throw new ProblemError("too_many_failures", { headers: { "Retry-After": String(seconds) } });
  };
  return {
    run: async (email, ip, attempt) => {
      const turn = (lastOf.get(email) ?? Promise.resolve()).then(async () => {
        await check(email, ip);
        const result = await attempt();
        if (result === null) await both(email, ip, 1);
        return result;
      });
      const ended = turn.catch(() => undefined);
      lastOf.set(email, ended);
      try {
        return await turn;
      } finally {
        if (lastOf.get(email) === ended) lastOf.delete(email);
      }
    },
  };
}

function emailBucket(email: string): Bucket {
  // Hashed, so that a look into Redis shows nobody's address.
  const key = `{${hash("sha256", email, "base64url").slice(0, 22)}}:sign-in`;
  return {
    key,
    name: "sign-in",
    capacity: PER_EMAIL.max,
    refill: PER_EMAIL.max,
    intervalMs: PER_EMAIL.intervalMs,
    failClosed: true,
  };
}

function secondsLeft({ buckets, nowMs }: LimitDecision): number {
  return Math.max(1, ...buckets.map(({ resetAtMs }) => Math.ceil((resetAtMs - nowMs) / 1000)));
}
