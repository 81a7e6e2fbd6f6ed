import type { Handlers } from "../../platform/http/operation.ts";
import type { EntitlementsDeps } from "./deps.ts";
import { getAccountPlan } from "./getAccountPlan.ts";
import { getEntitlement } from "./getEntitlement.ts";
import { getSubscription } from "./getSubscription.ts";
import { listEntitlementChanges } from "./listEntitlementChanges.ts";
import { listEntitlements } from "./listEntitlements.ts";
import { requestBillingSync } from "./requestBillingSync.ts";
import { updateAccountPlan } from "./updateAccountPlan.ts";

export const entitlementsRoutes = (deps: EntitlementsDeps) =>
  ({
    listEntitlements: listEntitlements(deps),
    getEntitlement: getEntitlement(deps),
    listEntitlementChanges: listEntitlementChanges(deps),
    getSubscription: getSubscription(deps),
    requestBillingSync: requestBillingSync(deps),
    getAccountPlan: getAccountPlan(deps),
    updateAccountPlan: updateAccountPlan(deps),
  }) satisfies Partial<Handlers>;
