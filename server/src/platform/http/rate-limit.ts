import type { RequestHandler } from "express";
import { operations } from "../../generated/operations.ts";
import type { Bucket, LimitDecision, Limiter } from "../limiter/index.ts";
import { clientAddress } from "./client-address.ts";
import type { Principal } from "./context.ts";
import { ProblemError } from "./problem.ts";

interface LimitedCaller {
  principal: Principal | null;
  ip: string;
  rateClass: string;
  badCredential: boolean;
}

export interface RateLimitDeps {
  limiter: Limiter;
  /** All buckets that one request takes from, at once; empty for operations without a limit. */
  limitsFor: (caller: LimitedCaller) => Bucket[] | Promise<Bucket[]>;
  headersFor: (decision: LimitDecision) => Record<string, string>;
  /** Where a caller gets higher limits. */
  upgradeUrl: string;
}

/**
 * Every answer says where the caller stands, a refused one when it may come back. What an earlier step refuses (no such
 * path, no credential) is counted too, by address, and refused here: one call to the limiter for whatever comes in.
 */
export function rateLimit({ limiter, limitsFor, headersFor, upgradeUrl }: RateLimitDeps): RequestHandler {
  return async (request, response, next) => {
    const { operationId, principal, badCredential, refusal } = request.context;
    const rateClass = operationId && (principal || !refusal) ? operations[operationId].rateClass : "read";
    const found = limitsFor({ principal, ip: clientAddress(request), rateClass, badCredential });
    const buckets = found instanceof Promise ? await found : found;
    if (buckets.length > 0) {
      const decision = await limiter.take(buckets);
      const headers = headersFor(decision);
      for (const name in headers) response.setHeader(name, headers[name] as string);
      if (!decision.allowed) throw refusedBy(decision, upgradeUrl);
    }
    if (refusal) throw refusal;
    next();
  };
}

/** For a pipeline without limits. */
export const refuse: RequestHandler = ({ context: { refusal } }, _response, next) => {
  if (refusal) throw refusal;
  next();
};

function refusedBy({ buckets }: LimitDecision, upgradeUrl: string): ProblemError {
  const violated = buckets.filter((bucket) => bucket.exhausted).map((bucket) => bucket.name);
  const extensions = { "violated-policies": violated };
  if (violated.includes("bad-credential")) return new ProblemError("too_many_failures", { extensions });
  return new ProblemError("rate_limited", { extensions: { ...extensions, upgrade_url: upgradeUrl } });
}
