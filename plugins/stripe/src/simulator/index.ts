import express, { type Express } from "express";
import type { Simulator, SimulatorOptions } from "@musicverse/plugin-kit";
import { createSimulator, memoryStore } from "@musicverse/plugin-kit/simulator";
import { stripeApi } from "./api.ts";
import { controlRoutes } from "./control.ts";
import { createDeliveries, type Deliveries } from "./deliveries.ts";
import type { PagesDeps } from "./pages/deps.ts";
import { pageRoutes } from "./pages/routes.ts";
import { catalogueRoutes } from "./routes/catalogue.ts";
import { checkoutRoutes } from "./routes/checkout.ts";
import { customerRoutes } from "./routes/customers.ts";
import { eventRoutes } from "./routes/events.ts";
import { paymentRoutes } from "./routes/payments.ts";
import { subscriptionRoutes } from "./routes/subscriptions.ts";
import { keepTidy } from "./tidy.ts";
import { createWorld } from "./world.ts";

/**
 * A Stripe account in miniature: its API, the pages for paying and for managing a subscription, and signed webhooks.
 * What it knows is in `options.store`, so several processes with one store are one account.
 */
export function createStripeSimulator(options: SimulatorOptions = {}): Simulator {
  const { store = memoryStore(), now = () => new Date(), webhookSecret = null, surroundings } = options;
  const world = createWorld({ store, now, onEvents: () => deliveries.wake() });
  const deliveries: Deliveries = createDeliveries({
    world,
    now,
    secret: webhookSecret,
    hooksUrl: () => surroundings?.().hooksUrl ?? null,
  });
  // Without a server around it, the pages are at its own address, which shows with the first request.
  let ownUrl = "";
  const pagesUrl = (): string => surroundings?.().pagesUrl ?? ownUrl;

  const { app, control } = createSimulator(
    options,
    (kit) => {
      kit.app.use((request, _response, next) => {
        ownUrl ||= `http://${request.get("host") ?? "127.0.0.1"}`;
        next();
      });
      const api = stripeApi(kit.app, world);
      customerRoutes(api);
      catalogueRoutes(api);
      checkoutRoutes(api, pagesUrl);
      subscriptionRoutes(api);
      paymentRoutes(api);
      eventRoutes(api);
      controlRoutes(kit.app, world, deliveries);
      pageRoutes(kit.app, { world, pagesUrl });
      kit.app.use(
        "/v1",
        (request, response) =>
          void response.status(404).json({
            error: {
              type: "invalid_request_error",
              message: `Unrecognized request URL (${request.method}: ${request.originalUrl}).`,
            },
          }),
      );
    },
    {
      faults: {
        server_error: (_request, response) =>
          void response.status(500).json({ error: { type: "api_error", message: "An unknown error occurred" } }),
        rate_limit: (_request, response) =>
          void response
            .status(429)
            .json({ error: { type: "invalid_request_error", code: "rate_limit", message: "Too many requests" } }),
      },
    },
  );
  deliveries.wake();
  const endTidying = keepTidy(store);
  return {
    app,
    control,
    pages: pagesAlone({ world, pagesUrl }),
    close: async () => {
      endTidying();
      await deliveries.close();
    },
  };
}

function pagesAlone(deps: PagesDeps): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.urlencoded({ extended: false, limit: "10kb" }));
  pageRoutes(app, deps);
  return app;
}
