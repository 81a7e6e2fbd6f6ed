import type { RequestHandler } from "express";
import { operations } from "../../generated/operations.ts";
import type { Bucket, LimitDecision, Limiter } from "../limiter/index.ts";
import { operationOf, type Principal } from "./context.ts";
import { ProblemError } from "./problem.ts";

export interface RateLimitDeps {
  limiter: Limiter;
  /** All buckets that one request takes from, at once; empty for operations without a limit. */
  limitsFor: (caller: { principal: Principal | null; ip: string; rateClass: string }) => Bucket[] | Promise<Bucket[]>;
  headersFor: (decision: LimitDecision) => Record<string, string>;
}

/** Every answer says where the caller stands; a refused one says when it may come back. (API-30, API-31) */
export function rateLimit({ limiter, limitsFor, headersFor }: RateLimitDeps): RequestHandler {
  return async (request, response, next) => {
    const { rateClass } = operations[operationOf(request)];
    const found = limitsFor({ principal: request.context.principal, ip: request.ip ?? "unknown", rateClass });
    const buckets = found instanceof Promise ? await found : found;
    if (buckets.length === 0) return next();
    const decision = await limiter.take(buckets);
    const headers = headersFor(decision);
    for (const name in headers) response.setHeader(name, headers[name] as string);
    if (decision.allowed) return next();
    const exhausted = decision.buckets.filter((bucket) => bucket.exhausted).map((bucket) => bucket.name);
    throw new ProblemError("rate_limited", {
      extensions: { "violated-policies": exhausted, upgrade_url: "https://musicverse.dev/pricing" },
    });
  };
}
