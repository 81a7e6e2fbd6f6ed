import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { addressLimits, headersFor } from "../limits/index.ts";
import { endCustomer } from "./end-customer.ts";
import { exported } from "./exports.ts";
import { billingRoutes } from "./routes.ts";
import { createSimulatedPages } from "./simulated-pages.ts";

export const billingSlice = ({ clock, config, db, limiter, log, plugins }: Services, { stripe }: Shared) =>
  ({
    api: ({ publicUrl }: Surroundings) => ({
      routes: billingRoutes({ db, clock, stripe, returnOrigins: config.billingReturnOrigins, publicUrl }),
      mounts: [createSimulatedPages({ plugins, limiter, addressLimits, headersFor })],
    }),
    exports: exported,
    // Subscriptions go on elsewhere, so they end before the rows that tell of them go.
    erase: { run: (accountId) => endCustomer({ db, stripe, log }, accountId) },
  }) satisfies Slice;
