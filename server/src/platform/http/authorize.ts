import type { RequestHandler } from "express";
import { operations } from "../../generated/operations.ts";
import { operationOf } from "./context.ts";
import { ProblemError } from "./problem.ts";

/** Scopes and credential kinds come from the spec's `security`; no handler checks them by hand. (API-12) */
export const authorize: RequestHandler = (request, _response, next) => {
  const { security } = operations[operationOf(request)];
  const { principal } = request.context;
  if (!principal) return next();
  if (principal.kind === "session" && !security.session) {
    throw new ProblemError("insufficient_scope", { detail: "This operation is for API keys: a session cannot call it." });
  }
  if (principal.kind !== "session" && !security.apiKey) throw new ProblemError("session_required");
  const missing = (security.apiKey ?? []).filter((scope) => !principal.scopes.has(scope));
  if (missing.length > 0) {
    throw new ProblemError("insufficient_scope", {
      detail: missing.some((scope) => scope.startsWith("admin:"))
        ? `This needs the scope ${missing.join(", ")}, which only live sessions and keys of the platform's administrators have.`
        : `This API key lacks the scope ${missing.join(", ")}. Create a key that has it.`,
      extensions: { required_scope: missing[0] },
    });
  }
  next();
};
