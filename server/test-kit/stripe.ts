import type { TestApp } from "./app.ts";

/** What people and time do at Stripe, done at the simulator of a test app. Each resolves when it has happened there; its webhooks follow. */
export interface SimulatedStripe {
  /** Pays a checkout session (`cs_…`), or has its card declined. */
  pay(sessionId: string): Promise<Record<string, unknown>>;
  fail(sessionId: string): Promise<Record<string, unknown>>;
  expire(sessionId: string): Promise<Record<string, unknown>>;
  /** The next payment of a subscription (`sub_…`). */
  renew(subscriptionId: string, how?: { succeeds?: boolean }): Promise<Record<string, unknown>>;
  cancel(subscriptionId: string, how?: { at_period_end?: boolean }): Promise<Record<string, unknown>>;
  resume(subscriptionId: string): Promise<Record<string, unknown>>;
  /** To another price (`price_…`). */
  change(subscriptionId: string, price: string): Promise<Record<string, unknown>>;
  /** Of a payment (`pi_…`); all of it without `amount`. */
  refund(paymentIntentId: string, how?: { amount?: number }): Promise<Record<string, unknown>>;
  /** Answers the dispute (`dp_…`). */
  dispute(paymentIntentId: string): Promise<Record<string, unknown>>;
  closeDispute(disputeId: string, how: { won: boolean }): Promise<Record<string, unknown>>;
  /** Moves everybody's time on, then renews and ends what fell due. The test's own clock moves it too: then `advance(0)` settles. */
  advance(seconds: number): Promise<void>;
  webhooks: {
    /** What becomes of webhooks from now on: `hold` keeps them for `release`, `drop` loses them, `duplicate` sends each twice. */
    mode(mode: "send" | "hold" | "drop" | "duplicate"): Promise<void>;
    /** Sends what was held; answers how many. */
    release(how?: { order?: "sent" | "reversed" | "shuffled"; times?: number }): Promise<number>;
  };
  /** An object as Stripe's API shows it: `get("/v1/subscriptions/sub_1")`. */
  get(path: string): Promise<Record<string, unknown>>;
  /** Subscribes without the page and without our checkout, for tests that begin after it. */
  post(path: string, form: Record<string, string>): Promise<Record<string, unknown>>;
}

export async function simulatedStripe({ services }: Pick<TestApp, "services">): Promise<SimulatedStripe> {
  const { config, fetch: send } = await services.plugins.outlet("stripe", "test");
  const answered = async (path: string, init: RequestInit): Promise<Record<string, unknown>> => {
    const response = await send(`${String(config["baseUrl"])}${path}`, init);
    const body = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
    return body;
  };
  const order = (path: string, wish: object = {}) =>
    answered(`/_sim/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(wish),
    });
  const headers = { Authorization: `Bearer ${String(config["secretKey"])}` };
  return {
    pay: (id) => order(`checkout_sessions/${id}/pay`),
    fail: (id) => order(`checkout_sessions/${id}/fail`),
    expire: (id) => order(`checkout_sessions/${id}/expire`),
    renew: (id, how) => order(`subscriptions/${id}/renew`, how),
    cancel: (id, how) => order(`subscriptions/${id}/cancel`, how),
    resume: (id) => order(`subscriptions/${id}/resume`),
    change: (id, price) => order(`subscriptions/${id}/change`, { price }),
    refund: (id, how) => order(`payment_intents/${id}/refund`, how),
    dispute: (id) => order(`payment_intents/${id}/dispute`),
    closeDispute: (id, how) => order(`disputes/${id}/close`, how),
    async advance(seconds) {
      await order("clock", { advance_seconds: seconds });
      await order("settle");
    },
    webhooks: {
      mode: async (mode) => void (await order("webhooks", { mode })),
      release: async (how) => Number((await order("webhooks/release", how))["released"]),
    },
    get: (path) => answered(path, { headers }),
    post: (path, form) => answered(path, { method: "POST", headers, body: new URLSearchParams(form) }),
  };
}

/** Where a test sends its customers back to. */
export const checkoutUrls = {
  success_url: "https://app.example.com/paid?session={CHECKOUT_SESSION_ID}",
  cancel_url: "https://app.example.com/plans",
};
