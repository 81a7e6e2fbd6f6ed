import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { EntitlementsDeps } from "./deps.ts";
import { entitlementTo, features } from "./features.ts";

export const getEntitlement =
  ({ plans }: Pick<EntitlementsDeps, "plans">): Handler<"getEntitlement"> =>
  async ({ principal, path }) => {
    const feature = features.find((known) => known === path.feature);
    if (!feature)
      throw new ProblemError("not_found", { detail: `There is no such feature. There are: ${features.join(", ")}.` });
    return ok(entitlementTo(feature, await plans.getEntitledLimits(principal.accountId)));
  };
