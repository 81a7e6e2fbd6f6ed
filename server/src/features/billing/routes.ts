import type { Handlers } from "../../platform/http/operation.ts";
import { createCheckoutSession } from "./createCheckoutSession.ts";
import { createPortalSession } from "./createPortalSession.ts";
import type { BillingDeps } from "./deps.ts";

export const billingRoutes = (deps: BillingDeps) =>
  ({
    createCheckoutSession: createCheckoutSession(deps),
    createPortalSession: createPortalSession(deps),
  }) satisfies Partial<Handlers>;
