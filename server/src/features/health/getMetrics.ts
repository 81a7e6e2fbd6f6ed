import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { HealthDeps } from "./deps.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/** Figures tell an outsider much about a platform: loopback only, or the operator's token. */
export const getMetrics =
  ({ metrics, metricsToken }: HealthDeps): Handler<"getMetrics"> =>
  async ({ ip, headers }) => {
    if (!allowed(metricsToken, headers, ip)) throw new ProblemError("unauthenticated");
    const text = await metrics.registry.metrics();
    return { status: 200, headers: { "Content-Type": metrics.registry.contentType }, stream: single(text) };
  };

function allowed(token: string | null, headers: IncomingHttpHeaders, ip: string): boolean {
  // A proxy on this machine comes from loopback too, and says for whom.
  if (token === null)
    return LOOPBACK.has(ip) && headers["x-forwarded-for"] === undefined && headers.forwarded === undefined;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`));
}

async function* single(text: string): AsyncGenerator<string> {
  yield text;
}
