import type { RequestHandler } from "express";
import { operations, type OperationId } from "../../generated/operations.ts";
import { operationOf, type Principal } from "./context.ts";
import { ProblemError } from "./problem.ts";

/** Scopes and credential kinds come from the spec's `security`; no handler checks them by hand. */
export const authorize: RequestHandler = (request, _response, next) => {
  const { principal } = request.context;
  const refused = principal && refusal(operationOf(request), principal);
  if (refused) throw refused;
  next();
};

/** Why this principal may not call this operation; null when it may. */
export function refusal(operationId: OperationId, principal: Principal): ProblemError | null {
  const { security } = operations[operationId];
  if (principal.kind === "session" && !security.session) {
    return new ProblemError("insufficient_scope", {
      detail: "This operation is for API keys: a session cannot call it.",
    });
  }
  if (principal.kind !== "session" && !security.apiKey) return new ProblemError("session_required");
  if (principal.kind === "oauth_token" && !security.oauth) {
    return new ProblemError("not_for_apps", {
      detail:
        "An app cannot call this with an OAuth access token, whatever it was allowed. Use an API key or a session.",
    });
  }
  const missing = (security.apiKey ?? []).filter((scope) => !principal.scopes.has(scope));
  if (missing.length === 0) return null;
  return new ProblemError("insufficient_scope", {
    detail: missing.some((scope) => scope.startsWith("admin:"))
      ? `This needs the scope ${missing.join(", ")}, which only live sessions and keys of the platform's administrators have.`
      : `This ${nounOf(principal)} lacks the scope ${missing.join(", ")}. ${principal.kind === "oauth_token" ? "Ask the person to allow it." : "Create a key that has it."}`,
    extensions: { required_scope: missing[0] },
  });
}

const nounOf = ({ kind }: Principal) => (kind === "oauth_token" ? "access token" : "API key");
