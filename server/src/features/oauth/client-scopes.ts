import { appScopes, type Scope } from "../../generated/scopes.ts";
import { ProblemError } from "../../platform/http/problem.ts";

const allowed: ReadonlySet<Scope> = new Set(appScopes);

/** @throws ProblemError validation_failed, naming every scope that apps never get */
export function checkAppScopes(scopes: readonly Scope[]): void {
  const errors = scopes.flatMap((scope, index) =>
    allowed.has(scope)
      ? []
      : [
          {
            path: `/body/scopes/${index}`,
            code: "scope_not_for_apps",
            message: `${scope} is never given to an app. Ask for: ${appScopes.join(", ")}.`,
          },
        ],
  );
  if (errors.length > 0) throw new ProblemError("validation_failed", { errors });
}
