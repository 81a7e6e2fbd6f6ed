import type { IncomingMessage, ServerResponse } from "node:http";
import type { Bucket, LimitDecision, Limiter } from "../limiter/index.ts";

/** What is limited by address alone: everything for browsers, and what comes before a credential is known. */
export interface AddressLimitDeps {
  limiter: Limiter;
  addressLimits: (caller: { ip: string; rateClass: string }) => Bucket[];
  /** What a decision of the limiter looks like in an answer. */
  headersFor: (decision: LimitDecision) => Record<string, string>;
}

export interface AddressLimitOptions {
  /** Default: a form that is posted is limited like a sign-in, all else like reading. */
  rateClass?: "read" | "auth";
  /** A bucket that only counts failures: nothing is taken from it, but while it is empty the address is refused. */
  failures?: (ip: string) => Bucket;
}

/**
 * Takes a request from what its address may ask for, and says in the answer where the address stands. False: answer 429 in
 * whatever form the caller reads.
 */
export async function admitAddress(
  { limiter, addressLimits, headersFor }: AddressLimitDeps,
  request: IncomingMessage & { ip?: string | undefined },
  response: ServerResponse,
  { rateClass = request.method === "POST" ? "auth" : "read", failures }: AddressLimitOptions = {},
): Promise<boolean> {
  const ip = request.ip ?? "unknown";
  const [requests, failed] = await Promise.all([
    limiter.take(addressLimits({ ip, rateClass })),
    failures ? limiter.take([failures(ip)], 0) : null,
  ]);
  const isBarred = failed?.buckets.some(({ remaining }) => remaining === 0) ?? false;
  const decision = failed && isBarred ? { ...failed, allowed: false } : requests;
  for (const [name, value] of Object.entries(headersFor(decision))) response.setHeader(name, value);
  return decision.allowed;
}
