import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { addressLimits, headersFor } from "../limits/index.ts";
import { endCustomer } from "./end-customer.ts";
import { exported } from "./exports.ts";
import { createSimulatedPages } from "./simulated-pages.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { createCheckoutSession } from "./createCheckoutSession.ts";
import { createPortalSession } from "./createPortalSession.ts";
import type { BillingDeps } from "./deps.ts";

export const billingSlice = ({ clock, config, db, limiter, log, plugins }: Services, { stripe }: Shared) =>
  ({
    api: ({ publicUrl }: Surroundings) => ({
      routes: routes({ db, clock, stripe, returnOrigins: config.billingReturnOrigins, publicUrl }),
      mounts: [createSimulatedPages({ plugins, limiter, addressLimits, headersFor })],
    }),
    exports: exported,
    // Subscriptions go on elsewhere, so they end before the rows that tell of them go.
    erase: { run: (accountId) => endCustomer({ db, stripe, log }, accountId) },
  }) satisfies Slice;

const routes = (deps: BillingDeps) =>
  ({
    createCheckoutSession: createCheckoutSession(deps),
    createPortalSession: createPortalSession(deps),
  }) satisfies Partial<Handlers>;
