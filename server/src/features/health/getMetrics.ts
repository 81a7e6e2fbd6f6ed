import { createHash, timingSafeEqual } from "node:crypto";
import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { HealthDeps } from "./deps.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/** Figures tell an outsider much about a platform: loopback only, or the operator's token. */
export const getMetrics =
  ({ metrics, metricsToken }: HealthDeps): Handler<"getMetrics"> =>
  async ({ ip, headers }) => {
    if (!allowed(metricsToken, headers.authorization, ip)) throw new ProblemError("unauthenticated");
    const text = await metrics.registry.metrics();
    return { status: 200, headers: { "Content-Type": metrics.registry.contentType }, stream: single(text) };
  };

function allowed(token: string | null, authorization: string | undefined, ip: string): boolean {
  if (token === null) return LOOPBACK.has(ip);
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${token}`));
}

async function* single(text: string): AsyncGenerator<string> {
  yield text;
}
