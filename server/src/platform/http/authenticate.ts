import type { Request, RequestHandler } from "express";
import { operations } from "../../generated/operations.ts";
import type { Limiter, Bucket } from "../limiter/index.ts";
import { clientAddress } from "./client-address.ts";
import { operationOf, type Principal } from "./context.ts";
import { ProblemError } from "./problem.ts";

/** Outcome of looking at an `Authorization` header; a bad credential says nothing about why (API-13). */
export type Authentication =
  | { outcome: "authenticated"; principal: Principal }
  | { outcome: "missing" }
  | { outcome: "bad_credential" }
  | { outcome: "ip_not_allowed" }
  | { outcome: "mode_mismatch"; detail: string };

export interface Authenticator {
  authenticate(credential: PresentedCredential): Promise<Authentication>;
}

/** What a request says about who sends it, as it arrived. */
export interface PresentedCredential {
  authorization: string | undefined;
  /** `MusicVerse-Mode` */
  mode: string | undefined;
  /** Where the request comes from, behind our own proxies. */
  ip: string;
}

export function credentialOf(request: Request): PresentedCredential {
  const { authorization, "musicverse-mode": mode } = request.headers;
  return { authorization, mode: typeof mode === "string" ? mode : undefined, ip: clientAddress(request) };
}

export interface AuthenticateDeps {
  authenticator: Authenticator;
  limiter: Limiter;
  /** The bucket that counts bad credentials of an address. */
  badCredentialBucket: (ip: string) => Bucket;
}

/**
 * Bearer credential → principal. Bad ones are counted per address, and so are right ones from an address that theirs does not
 * allow, for no other limit sees those; past the limit they get 429.
 */
export function authenticate({ authenticator, limiter, badCredentialBucket }: AuthenticateDeps): RequestHandler {
  return async (request, _response, next) => {
    if (operations[operationOf(request)].security.public) return next();
    const credential = credentialOf(request);
    const result = await authenticator.authenticate(credential);
    if (result.outcome === "authenticated") {
      request.context.principal = result.principal;
      return next();
    }
    if (result.outcome === "mode_mismatch") throw new ProblemError("mode_mismatch", { detail: result.detail });
    if (result.outcome === "missing") throw unauthenticated();
    const decision = await limiter.take([badCredentialBucket(credential.ip)]);
    if (!decision.allowed) {
      const seconds = Math.max(1, Math.ceil(((decision.retryAtMs ?? decision.nowMs) - decision.nowMs) / 1000));
      throw new ProblemError("too_many_failures", { headers: { "Retry-After": String(seconds) } });
    }
    if (result.outcome === "bad_credential") throw unauthenticated();
    throw new ProblemError("ip_not_allowed", {
      detail: `This API key may not be used from ${credential.ip}. Use it from an address of its ip_allowlist, or change the list.`,
    });
  };
}

function unauthenticated(): ProblemError {
  return new ProblemError("unauthenticated", { headers: { "WWW-Authenticate": 'Bearer realm="MusicVerse"' } });
}
