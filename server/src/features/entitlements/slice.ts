import { billingSyncKind } from "./sync/store.ts";
import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { MINUTE_MS } from "../../platform/time/index.ts";
import { billingEventTypes } from "../billing/index.ts";
import { expireEntitlements } from "./expire.ts";
import { exported } from "./exports.ts";
import { syncOnEvents } from "./sync/incoming.ts";
import { createSyncMetrics } from "./sync/metrics.ts";
import { reconcileCustomers } from "./sync/reconcile.ts";
import { stripeSource } from "./sync/stripe-source.ts";
import { billingSyncWork } from "./sync/work.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { EntitlementsDeps } from "./deps.ts";
import { getAccountPlan } from "./getAccountPlan.ts";
import { getEntitlement } from "./getEntitlement.ts";
import { getSubscription } from "./getSubscription.ts";
import { listEntitlementChanges } from "./listEntitlementChanges.ts";
import { listEntitlements } from "./listEntitlements.ts";
import { requestBillingSync } from "./requestBillingSync.ts";
import { updateAccountPlan } from "./updateAccountPlan.ts";

export const entitlementsSlice = (services: Services, { cursors, emit, plans, stripe }: Shared) => {
  const { clock, config, db, log, metrics, work } = services;
  return {
    api: () => ({ routes: routes({ db, clock, cursors, emit, work, plans }) }),
    work: [
      {
        name: billingSyncKind,
        open: () =>
          billingSyncWork({
            db,
            clock,
            emit,
            work,
            sources: [stripeSource({ db, clock, stripe })],
            metrics: createSyncMetrics(metrics.registry, { db, clock }),
            leaseMs: config.leaseMs,
          }),
      },
    ],
    chores: [
      {
        name: "compare customers with the payment provider",
        everyMs: MINUTE_MS,
        run: () => reconcileCustomers({ db, clock, log, providers: ["stripe"] }),
      },
      { name: "end entitlements", everyMs: MINUTE_MS, run: () => expireEntitlements({ db, clock, emit }) },
    ],
    incoming: (registry) => syncOnEvents(registry, { provider: "stripe", types: billingEventTypes }, { clock, work }),
    exports: exported,
  } satisfies Slice;
};

const routes = (deps: EntitlementsDeps) =>
  ({
    listEntitlements: listEntitlements(deps),
    getEntitlement: getEntitlement(deps),
    listEntitlementChanges: listEntitlementChanges(deps),
    getSubscription: getSubscription(deps),
    requestBillingSync: requestBillingSync(deps),
    getAccountPlan: getAccountPlan(deps),
    updateAccountPlan: updateAccountPlan(deps),
  }) satisfies Partial<Handlers>;
