import type { Express, Request, Response } from "express";
import type { Deliveries, ReleaseOrder } from "./deliveries.ts";
import { StripeFault } from "./errors.ts";
import { expire, submit } from "./life/checkout.ts";
import { closeDispute, dispute, refund } from "./life/payment.ts";
import { changePrice, end, endWithPeriod, renew, settleDue } from "./life/subscription.ts";
import type { WebhookMood } from "./shapes/kinds.ts";
import type { Change, World } from "./world.ts";

interface Order {
  id: string;
  /** The JSON that was sent. */
  wish: Record<string, unknown>;
}

const moods: readonly WebhookMood[] = ["send", "hold", "drop", "duplicate"];
const orders: readonly ReleaseOrder[] = ["sent", "reversed", "shuffled"];

/** What people do at Stripe's pages and time does by itself, for tests: `POST /_sim/…` with JSON, answers the object. */
export function controlRoutes(app: Express, world: World, deliveries: Deliveries): void {
  const post = (path: string, work: (order: Order) => Promise<object>): void =>
    void app.post(path, async (request: Request, response: Response) => {
      try {
        response.json(
          await work({ id: String(request.params["id"] ?? ""), wish: (request.body ?? {}) as Record<string, unknown> }),
        );
      } catch (error) {
        if (!(error instanceof StripeFault)) throw error;
        response.status(error.status).json(error.body);
      }
    });
  const change = (path: string, work: (change: Change, order: Order) => Promise<object>): void =>
    post(path, (order) => world.write((one) => work(one, order)));

  change("/_sim/checkout_sessions/:id/pay", async (one, { id }) =>
    submit(one, await one.get("checkout_session", id), true),
  );
  change("/_sim/checkout_sessions/:id/fail", async (one, { id }) =>
    submit(one, await one.get("checkout_session", id), false),
  );
  change("/_sim/checkout_sessions/:id/expire", async (one, { id }) =>
    expire(one, await one.get("checkout_session", id)),
  );

  change("/_sim/subscriptions/:id/renew", async (one, { id, wish }) =>
    renew(one, await one.get("subscription", id), wish["succeeds"] !== false),
  );
  change("/_sim/subscriptions/:id/cancel", async (one, { id, wish }) => {
    const subscription = await one.get("subscription", id);
    return wish["at_period_end"] === true
      ? endWithPeriod(one, subscription, true)
      : end(one, subscription, "cancellation_requested");
  });
  change("/_sim/subscriptions/:id/resume", async (one, { id }) =>
    endWithPeriod(one, await one.get("subscription", id), false),
  );
  change("/_sim/subscriptions/:id/change", async (one, { id, wish }) =>
    changePrice(one, await one.get("subscription", id), await one.get("price", String(wish["price"]), "price")),
  );

  change("/_sim/payment_intents/:id/refund", async (one, { id, wish }) =>
    refund(one, await chargeOf(one, id), {
      amount: typeof wish["amount"] === "number" ? wish["amount"] : null,
      reason: null,
    }),
  );
  change("/_sim/payment_intents/:id/dispute", async (one, { id }) => dispute(one, await chargeOf(one, id)));
  change("/_sim/disputes/:id/close", async (one, { id, wish }) =>
    closeDispute(one, await one.get("dispute", id), wish["won"] === true ? "won" : "lost"),
  );

  change("/_sim/clock", async (one, { wish }) => {
    const seconds =
      ((await one.find("offset", "clock_of_all"))?.seconds ?? 0) + Math.max(0, Number(wish["advance_seconds"] ?? 0));
    await one.put("offset", { id: "clock_of_all", seconds });
    return { seconds };
  });
  // Apart from moving the clock, since a transaction sees one time from its beginning to its end.
  change("/_sim/settle", async (one) => {
    await settleDue(one, await one.list("subscription"));
    return {};
  });

  change("/_sim/webhooks", async (one, { wish }) => {
    const mode = moods.find((mood) => mood === wish["mode"]) ?? "send";
    await one.put("mood", { id: "mood", mode });
    return { mode };
  });
  post("/_sim/webhooks/release", async ({ wish }) => ({
    released: await deliveries.release({
      order: orders.find((order) => order === wish["order"]) ?? "sent",
      times: Number(wish["times"] ?? 1),
    }),
  }));
}

async function chargeOf(change: Change, paymentIntent: string) {
  const { latest_charge: charge } = await change.get("payment_intent", paymentIntent);
  return change.get("charge", charge ?? "");
}
