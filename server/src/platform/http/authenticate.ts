import type { RequestHandler } from "express";
import { operations } from "../../generated/operations.ts";
import type { Limiter, Bucket } from "../limiter/index.ts";
import { operationOf, type Principal } from "./context.ts";
import { ProblemError } from "./problem.ts";

/** Outcome of looking at an `Authorization` header; a bad credential says nothing about why (API-13). */
export type Authentication =
  | { outcome: "authenticated"; principal: Principal }
  | { outcome: "missing" }
  | { outcome: "bad_credential" }
  | { outcome: "mode_mismatch"; detail: string };

export interface Authenticator {
  authenticate(authorization: string | undefined, mode: string | undefined): Promise<Authentication>;
}

export interface AuthenticateDeps {
  authenticator: Authenticator;
  limiter: Limiter;
  /** The bucket that counts bad credentials of an address. */
  badCredentialBucket: (ip: string) => Bucket;
}

/** Bearer credential → principal. Bad ones are counted per address; past the limit they get 429 instead of 401. */
export function authenticate({ authenticator, limiter, badCredentialBucket }: AuthenticateDeps): RequestHandler {
  return async (request, _response, next) => {
    if (operations[operationOf(request)].security.public) return next();
    const mode = request.headers["musicverse-mode"];
    const result = await authenticator.authenticate(
      request.headers.authorization,
      typeof mode === "string" ? mode : undefined,
    );
    if (result.outcome === "authenticated") {
      request.context.principal = result.principal;
      return next();
    }
    if (result.outcome === "mode_mismatch") throw new ProblemError("mode_mismatch", { detail: result.detail });
    if (result.outcome === "bad_credential") {
      const decision = await limiter.take([badCredentialBucket(request.ip ?? "unknown")]);
      if (!decision.allowed) {
        const seconds = Math.max(1, Math.ceil(((decision.retryAtMs ?? decision.nowMs) - decision.nowMs) / 1000));
        throw new ProblemError("too_many_failures", { headers: { "Retry-After": String(seconds) } });
      }
    }
    throw new ProblemError("unauthenticated", { headers: { "WWW-Authenticate": 'Bearer realm="MusicVerse"' } });
  };
}
