import type { Request, RequestHandler } from "express";
import { operations } from "../../generated/operations.ts";
import { clientAddress } from "./client-address.ts";
import type { Principal } from "./context.ts";
import { ProblemError } from "./problem.ts";

/** Outcome of looking at an `Authorization` header; a bad credential says nothing about why. */
export type Authentication =
  | { outcome: "authenticated"; principal: Principal }
  | { outcome: "missing" }
  | { outcome: "bad_credential" }
  | { outcome: "ip_not_allowed" }
  | { outcome: "mode_mismatch"; principal: Principal; detail: string };

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
}

/**
 * Bearer credential → principal, or why not; the next step counts the request and then refuses it. A right credential from
 * an address that its own list does not allow counts as a bad one, for no other limit would see it.
 */
export function authenticate({ authenticator }: AuthenticateDeps): RequestHandler {
  return async (request, _response, next) => {
    const { context } = request;
    if (!context.operationId || operations[context.operationId].security.public) return next();
    const credential = credentialOf(request);
    const result = await authenticator.authenticate(credential);
    if (result.outcome === "authenticated" || result.outcome === "mode_mismatch") context.principal = result.principal;
    context.badCredential = result.outcome === "bad_credential" || result.outcome === "ip_not_allowed";
    context.refusal = refusalOf(result, credential);
    next();
  };
}

function refusalOf(result: Authentication, { ip }: PresentedCredential): ProblemError | null {
  switch (result.outcome) {
    case "authenticated":
      return null;
    case "mode_mismatch":
      return new ProblemError("mode_mismatch", { detail: result.detail });
    case "ip_not_allowed":
      return new ProblemError("ip_not_allowed", {
        detail: `This API key may not be used from ${ip}. Use it from an address of its ip_allowlist, or change the list.`,
      });
    default:
      return new ProblemError("unauthenticated", { headers: { "WWW-Authenticate": 'Bearer realm="MusicVerse"' } });
  }
}
