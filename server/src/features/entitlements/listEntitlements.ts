import { ok, type Handler } from "../../platform/http/operation.ts";
import type { EntitlementsDeps } from "./deps.ts";
import { entitlementTo, features } from "./features.ts";

export const listEntitlements =
  ({ plans }: Pick<EntitlementsDeps, "plans">): Handler<"listEntitlements"> =>
  async ({ principal }) => {
    const entitled = await plans.getEntitledLimits(principal.accountId);
    const { limits, inForce, version } = entitled;
    return ok({
      object: "list" as const,
      plan: limits.planId,
      source: inForce.source,
      expires_at: inForce.endsAt?.toISOString() ?? null,
      version,
      data: features.map((feature) => entitlementTo(feature, entitled)),
    });
  };
