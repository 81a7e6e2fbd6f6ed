import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  customerOfEvent,
  endCustomer,
  fetchCustomerState,
  findCustomer,
} from "../../server/src/features/billing/index.ts";
import { createIncomingRegistry } from "../../server/src/features/incoming-events/index.ts";
import { decodeId } from "../../server/src/platform/ids/index.ts";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";
import { freePort } from "../../server/test-kit/free-port.ts";
import { simulatedStripe } from "../../server/test-kit/stripe.ts";
import { answerFaults, described, eventTypes, requestFaults, type Parameters } from "./stripe-description.ts";

interface Exchange {
  method: string;
  /** With the query. */
  path: string;
  form: URLSearchParams;
  headers: Headers;
  status: number;
  answer: unknown;
}

const urls = {
  success_url: "https://app.example.com/paid?session={CHECKOUT_SESSION_ID}",
  cancel_url: "https://app.example.com/plans",
};

/** Stripe's types have the parameters of these operations; of the others its mock server knows them. */
const operationOf: Readonly<Record<string, string>> = {
  "POST /v1/checkout/sessions": "checkout.sessions.create",
  "POST /v1/billing_portal/sessions": "billing_portal.sessions.create",
  "POST /v1/customers": "customers.create",
  "GET /v1/subscriptions": "subscriptions.list",
  "POST /v1/prices": "prices.create",
  "POST /v1/subscriptions": "subscriptions.create",
  "GET /v1/invoices": "invoices.list",
  "GET /v1/events": "events.list",
  "GET /v1/checkout/sessions": "checkout.sessions.list",
  "POST /v1/products": "products.create",
};

/** Stripe's mock server: it knows Stripe's whole description and refuses what is not in it. */
const mockServer = spawnSync("which", ["stripe-mock"], { encoding: "utf8" }).stdout.trim();
if (!mockServer) console.log("skipped: no stripe-mock on the PATH (go install github.com/stripe/stripe-mock@latest)");

describe("what we ask of Stripe, and what its simulator answers", () => {
  let app: TestApp;
  const ours: Exchange[] = [];
  const answers: unknown[] = [];

  beforeAll(async () => {
    app = await startTestApp({ incoming: createIncomingRegistry() });
    const { plugins } = app.services;
    const outlet = plugins.outlet.bind(plugins);
    plugins.outlet = async (...which) => {
      const found = await outlet(...which);
      return { ...found, fetch: recording(found.fetch) };
    };
    await everything();
  });
  afterAll(() => app?.close());

  function recording(send: typeof fetch): typeof fetch {
    return async (input, init) => {
      const request = new Request(input, init);
      const sent = request.clone();
      const response = await send(request);
      const answer: unknown = await response.clone().json();
      const { pathname, search } = new URL(sent.url);
      if (pathname.startsWith("/v1/")) {
        ours.push({
          method: sent.method,
          path: pathname + search,
          form: new URLSearchParams(await sent.text()),
          headers: sent.headers,
          status: response.status,
          answer,
        });
      }
      if (response.ok && !pathname.startsWith("/_sim/")) answers.push(answer);
      return response;
    };
  }

  /** All that our code does at Stripe, then all that the simulator shows. */
  async function everything(): Promise<void> {
    const account = await app.signUp();
    const { billing } = account.test;
    const stripe = await simulatedStripe(app);
    await billing.createCheckoutSession({ item: "basic", ...urls });
    const plan = await billing.createCheckoutSession({ item: "pro", ...urls });
    const boost = await billing.createCheckoutSession({ item: "boost", ...urls });
    await billing.createPortalSession({ return_url: urls.cancel_url });
    await stripe.fail(boost.id);
    const { payment_intent: payment } = await stripe.pay(boost.id);
    const { subscription } = await stripe.pay(plan.id);
    const id = String(subscription);
    await stripe.renew(id);
    await stripe.renew(id, { succeeds: false });
    await stripe.cancel(id, { at_period_end: true });
    const { id: dispute, charge } = await stripe.dispute(String(payment));
    const access = app.shared.stripe;
    const customerId = (await findCustomer(app.services, decodeId("acc", account.sandboxId) ?? ""))?.customer_id ?? "";
    await fetchCustomerState({ stripe: access, clock: app.services.clock }, { customerId, mode: "test" });
    await customerOfEvent({ stripe: access }, { mode: "test", data: { charge: String(charge) } });
    const gone = await app.signUp();
    await gone.test.billing.createPortalSession({ return_url: urls.cancel_url });
    await endCustomer(
      { db: app.services.db, stripe: access, log: app.services.log },
      decodeId("acc", gone.sandboxId) ?? "",
    );
    const count = ours.length;
    await stripe.closeDispute(String(dispute), { won: true });
    await stripe.refund(
      String(
        (await stripe.pay((await billing.createCheckoutSession({ item: "boost", ...urls })).id))["payment_intent"],
      ),
    );
    await stripe.cancel(id);
    const clock = await stripe.post("/v1/test_helpers/test_clocks", { frozen_time: "1795250400" });
    await stripe.post(`/v1/test_helpers/test_clocks/${String(clock["id"])}/advance`, { frozen_time: "1795260000" });
    for (const path of [
      "customers",
      `customers/${customerId}`,
      "products",
      "prices",
      "checkout/sessions?expand[0]=data.line_items",
      "invoices?expand[0]=data.payments",
      "payment_intents",
      "charges?expand[0]=data.refunds",
      "disputes",
      "events?limit=100",
      "subscriptions?status=all&expand[0]=data.latest_invoice.payments&expand[1]=data.customer",
    ])
      await stripe.get(`/v1/${path}`);
    await stripe.post("/v1/customers", { name: "Ada", "metadata[x]": "y" });
    const { fetch: send, config } = await app.services.plugins.outlet("stripe", "test");
    await send(`${String(config["baseUrl"])}/v1/customers/${customerId}`, {
      method: "DELETE",
      headers: { Authorization: `Bearer ${String(config["secretKey"])}` },
    });
    await stripe.get(`/v1/customers/${customerId}`);
    ours.length = count;
  }

  const nameOf = ({ method, path }: Exchange) =>
    `${method} ${(path.split("?")[0] ?? "").replaceAll(/\/(cs|cus|ch|sub|pi)_\w+/g, "/{id}")}`;

  test("every request names the version whose shapes we read, and our key in its header only", () => {
    for (const { headers, path, form } of ours) {
      expect(headers.get("stripe-version")).toBe("2026-10-28.endive");
      expect(`${path} ${form.toString()}`).not.toContain("sk_");
    }
  });

  test("what a repeated request would do twice has a key", () => {
    const posts = ours.filter(({ method }) => method === "POST");
    expect(posts.length).toBeGreaterThan(6);
    for (const { headers } of posts) expect(headers.get("idempotency-key")).toMatch(/^\S.{9,}/);
  });

  test.skipIf(!described)("every request has only parameters that Stripe takes, in their types", () => {
    const unknown = new Set<string>();
    for (const exchange of ours) {
      const operation = operationOf[nameOf(exchange)];
      const faults = operation === undefined ? null : requestFaults(operation, parametersOf(exchange));
      if (faults === null) unknown.add(nameOf(exchange));
      expect(faults ?? [], `${nameOf(exchange)} ${JSON.stringify(parametersOf(exchange))}`).toEqual([]);
    }
    expect([...unknown].toSorted()).toEqual([
      "DELETE /v1/customers/{id}",
      "GET /v1/charges/{id}",
      "GET /v1/customers/{id}",
      "GET /v1/disputes",
      "GET /v1/payment_intents",
      "GET /v1/prices",
      "POST /v1/checkout/sessions/{id}/expire",
    ]);
  });

  test.skipIf(!described)("the judge sees a removed parameter, a wrong type, a wrong choice and a missing one", () => {
    const good = { mode: "payment", line_items: [{ price: "price_1", quantity: "1" }] };
    expect(requestFaults("checkout.sessions.create", good)).toEqual([]);
    const wrong: { [name: string]: Parameters }[] = [
      { payment_method_types: ["card"] },
      { mode: "rent" },
      { line_items: [{ price: "price_1", quantity: "many" }] },
      { subscription_data: { coupon: "x" } },
    ];
    for (const bad of wrong) expect(requestFaults("checkout.sessions.create", { ...good, ...bad })).toHaveLength(1);
    expect(requestFaults("prices.create", { unit_amount: "1" })).toEqual(["currency is missing"]);
  });

  test.skipIf(!described)("every answer of the simulator has Stripe's fields and no others, in their types", () => {
    expect(answers.length).toBeGreaterThan(30);
    const faults = new Set(answers.flatMap(answerFaults));
    expect([...faults]).toEqual([]);
    const kinds = new Set(JSON.stringify(answers).match(/"object":"[\w.]+"/g));
    for (const kind of [
      "subscription",
      "invoice",
      "invoice_payment",
      "payment_intent",
      "charge",
      "refund",
      "dispute",
      "checkout.session",
      "billing_portal.session",
      "test_helpers.test_clock",
      "event",
      "item",
    ]) {
      expect([...kinds]).toContain(`"object":"${kind}"`);
    }
  });

  test.skipIf(!described)("the judge sees a field too much, one too few and one of another type", () => {
    const price =
      answers
        .flatMap((answer) => (answer as { data?: { object: string }[] }).data ?? [])
        .find(({ object }) => object === "price") ?? expect.fail("no price");
    expect(answerFaults(price)).toEqual([]);
    const { active: _active, ...without } = price as { object: string; active?: boolean };
    for (const bad of [{ ...price, invented: 1 }, without, { ...price, unit_amount: "1995" }])
      expect(answerFaults(bad)).toHaveLength(1);
  });

  test.skipIf(!described)("events have types that Stripe has, and what can be bought is heard of", () => {
    const types = new Set(
      JSON.stringify(answers).match(
        /(?<="type":")(?:charge|checkout|customer|invoice|payment_intent|price|product|refund)\.[\w.]+/g,
      ),
    );
    expect([...types].filter((type) => !eventTypes.includes(type))).toEqual([]);
    for (const type of [
      "checkout.session.completed",
      "customer.subscription.deleted",
      "invoice.payment_failed",
      "charge.refunded",
      "charge.dispute.closed",
    ])
      expect([...types]).toContain(type);
  });

  describe.skipIf(!mockServer)("Stripe's own mock server", () => {
    let mock: ChildProcess;
    let origin: string;
    beforeAll(async () => {
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      mock = spawn(mockServer, ["-http-port", String(port)], { stdio: "ignore" });
      await vi.waitFor(() => fetch(origin), { timeout: 30_000 });
    });
    afterAll(() => void mock?.kill());

    test("takes every request of ours", async () => {
      const send = ({ method, path, form }: Pick<Exchange, "method" | "path" | "form">) =>
        fetch(origin + path, {
          method,
          headers: { Authorization: "Bearer sk_test_mock" },
          ...(method === "POST" && { body: form }),
        });
      for (const exchange of ours) {
        const response = await send(exchange);
        expect(response.status, `${nameOf(exchange)} ${exchange.form.toString()}: ${await response.text()}`).toBe(200);
      }
      const wrong = await send({
        method: "POST",
        path: "/v1/checkout/sessions",
        form: new URLSearchParams({ invented: "1" }),
      });
      expect(wrong.status).toBe(400);
    });
  });
});

/** The form of a request, or its query, with its brackets taken apart. */
function parametersOf({ method, path, form }: Exchange): { [name: string]: Parameters } {
  const flat = method === "POST" ? form : new URLSearchParams(path.split("?")[1] ?? "");
  const root: { [name: string]: Parameters } = {};
  for (const [name, value] of flat) {
    const keys = [...name.matchAll(/[^[\]]+/g)].map(([part]) => part);
    let at = root;
    for (const [index, key] of keys.entries()) {
      if (index === keys.length - 1) at[key] = value;
      else at = (at[key] ??= {}) as typeof root;
    }
  }
  return withArrays(root) as typeof root;
}

function withArrays(value: Parameters): Parameters {
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, withArrays(one)] as const);
  return entries.length > 0 && entries.every(([key], index) => key === String(index))
    ? entries.map(([, one]) => one)
    : Object.fromEntries(entries);
}
