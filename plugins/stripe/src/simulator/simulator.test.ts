import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SimulatorOptions } from "@musicverse/plugin-kit";
import { memoryStore, startSimulator } from "@musicverse/plugin-kit/simulator";
import { afterEach, expect, test } from "vitest";
import { simulatedKey } from "./key.ts";
import { createStripeSimulator } from "./index.ts";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { data: Record<string, unknown>[]; error: Record<string, unknown> };
}

async function started(options: SimulatorOptions = {}) {
  const simulator = await startSimulator(createStripeSimulator({ latency: 0, ...options }));
  open.push(simulator);
  const ask = async (
    method: string,
    path: string,
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(simulator.origin + path, {
      method,
      headers: { Authorization: `Bearer ${simulatedKey}`, ...headers },
      ...(method === "POST" && { body: new URLSearchParams(form) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer["body"] };
  };
  const order = async (path: string, wish: object = {}): Promise<Record<string, unknown>> => {
    const response = await fetch(`${simulator.origin}/_sim/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(wish),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, unknown>;
  };
  const subscribed = async () => {
    const {
      body: { id: customer },
    } = await ask("POST", "/v1/customers");
    const {
      body: { id: price },
    } = await ask("POST", "/v1/prices", {
      currency: "usd",
      unit_amount: "500",
      "recurring[interval]": "month",
      "product_data[name]": "Basic",
    });
    const { body } = await ask("POST", "/v1/subscriptions", {
      customer: String(customer),
      "items[0][price]": String(price),
    });
    return { id: String(body["id"]), customer: String(customer), price: String(price) };
  };
  return { origin: simulator.origin, ask, order, subscribed };
}

/** Takes webhooks; `answers` are its statuses in turn, then 200. */
async function receiver(answers: number[] = []) {
  const received: { id: string; type: string; signature: string; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("end", () => {
        const body = Buffer.concat(chunks).toString();
        const { id, type } = JSON.parse(body) as { id: string; type: string };
        received.push({ id, type, body, signature: String(request.headers["stripe-signature"]) });
        response.writeHead(answers.shift() ?? 200).end();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  const hooksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/stripe`;
  const of = { webhookSecret: "whsec_simulated", surroundings: () => ({ pagesUrl: null, hooksUrl }) };
  return { received, of, types: () => received.map(({ type }) => type) };
}

test.for<[string, () => [string, string, Record<string, string>?, Record<string, string>?], number, object]>([
  ["no key", () => ["GET", "/v1/customers", {}, { Authorization: "" }], 401, { type: "invalid_request_error" }],
  [
    "a wrong key",
    () => ["GET", "/v1/customers", {}, { Authorization: "Bearer sk_test_other" }],
    401,
    { type: "invalid_request_error" },
  ],
  [
    "another version",
    () => ["GET", "/v1/customers", {}, { "Stripe-Version": "2024-06-20" }],
    400,
    { type: "invalid_request_error" },
  ],
  [
    "no such object",
    () => ["GET", "/v1/customers/cus_none"],
    404,
    { code: "resource_missing", message: "No such customer: 'cus_none'", param: "id" },
  ],
  [
    "an unknown parameter",
    () => ["POST", "/v1/customers", { invented: "1" }],
    400,
    { code: "parameter_unknown", param: "invented" },
  ],
  [
    "an unknown parameter within",
    () => [
      "POST",
      "/v1/prices",
      { currency: "usd", unit_amount: "1", "product_data[name]": "x", "product_data[size]": "9" },
    ],
    400,
    { param: "product_data[size]" },
  ],
  ["a missing parameter", () => ["POST", "/v1/products"], 400, { code: "parameter_missing", param: "name" }],
  ["a limit too high", () => ["GET", "/v1/customers?limit=101"], 400, { param: "limit" }],
  ["what cannot be expanded", () => ["POST", "/v1/customers", { "expand[0]": "soul" }], 400, { param: "expand" }],
  [
    "a customer who is not there",
    () => ["POST", "/v1/billing_portal/sessions", { customer: "cus_none" }],
    400,
    { code: "resource_missing", param: "customer" },
  ],
  ["no such path", () => ["GET", "/v1/nothing"], 404, { type: "invalid_request_error" }],
])("%s is refused as Stripe refuses it", async ([, request, status, error]) => {
  const { ask } = await started();
  expect(await ask(...request())).toMatchObject({
    status,
    body: { error: { type: "invalid_request_error", message: expect.any(String) as string, ...error } },
  });
});

test("the same key and parameters give the same object, other parameters an error", async () => {
  const { ask } = await started();
  const key = { "Idempotency-Key": "k1" };
  const [first, again] = [
    await ask("POST", "/v1/customers", { name: "Ada" }, key),
    await ask("POST", "/v1/customers", { name: "Ada" }, key),
  ];
  expect(again.body).toEqual(first.body);
  expect([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")]).toEqual([null, "true"]);
  expect(await ask("POST", "/v1/customers", { name: "Eve" }, key)).toMatchObject({
    status: 400,
    body: { error: { type: "idempotency_error" } },
  });
  expect((await ask("GET", "/v1/customers")).body.data).toHaveLength(1);
});

test("lists are newest first, in pages that end", async () => {
  const { ask } = await started();
  for (const name of ["a", "b", "c"]) await ask("POST", "/v1/customers", { name });
  const first = await ask("GET", "/v1/customers?limit=2");
  expect(first.body).toMatchObject({
    object: "list",
    url: "/v1/customers",
    has_more: true,
    data: [{ name: "c" }, { name: "b" }],
  });
  expect(
    (await ask("GET", `/v1/customers?limit=2&starting_after=${String(first.body.data[1]?.["id"])}`)).body,
  ).toMatchObject({ has_more: false, data: [{ name: "a" }] });
});

test("a period is the item's, renewals move it by a month, and unpaid ones end the subscription at the fourth try", async () => {
  const { ask, order, subscribed } = await started({ now: () => new Date("2026-01-31T12:00:00Z") });
  const { id } = await subscribed();
  const periodOf = async () => {
    const { body } = await ask("GET", `/v1/subscriptions/${id}`);
    const [item] = (body["items"] as { data: { current_period_start: number; current_period_end: number }[] }).data;
    return [
      body["status"],
      ...[item?.current_period_start, item?.current_period_end].map((at) =>
        new Date((at ?? 0) * 1000).toISOString().slice(0, 10),
      ),
    ];
  };
  expect(await periodOf()).toEqual(["active", "2026-01-31", "2026-02-28"]);
  await order(`subscriptions/${id}/renew`);
  expect(await periodOf()).toEqual(["active", "2026-02-28", "2026-03-28"]);
  for (let tries = 0; tries < 3; tries += 1) await order(`subscriptions/${id}/renew`, { succeeds: false });
  expect(await periodOf()).toEqual(["past_due", "2026-03-28", "2026-04-28"]);
  await order(`subscriptions/${id}/renew`, { succeeds: false });
  expect((await periodOf())[0]).toBe("canceled");
});

test("time that goes on renews what is due and ends what was canceled", async () => {
  const { ask, order, subscribed } = await started();
  const [renewed, ending] = [await subscribed(), await subscribed()];
  await order(`subscriptions/${ending.id}/cancel`, { at_period_end: true });
  await order("clock", { advance_seconds: 40 * 24 * 3600 });
  await order("settle");
  expect((await ask("GET", `/v1/subscriptions/${ending.id}`)).body).toMatchObject({
    status: "canceled",
    ended_at: expect.any(Number) as number,
  });
  expect((await ask("GET", `/v1/subscriptions/${renewed.id}`)).body).toMatchObject({ status: "active" });
  expect((await ask("GET", `/v1/invoices?subscription=${renewed.id}`)).body.data).toHaveLength(2);
});

test("a customer with a test clock lives by it", async () => {
  const { ask } = await started();
  const at = Date.parse("2030-05-01T00:00:00Z") / 1000;
  const { body: clock } = await ask("POST", "/v1/test_helpers/test_clocks", { frozen_time: String(at) });
  const { body: customer } = await ask("POST", "/v1/customers", { test_clock: String(clock["id"]) });
  const { body: price } = await ask("POST", "/v1/prices", {
    currency: "usd",
    unit_amount: "500",
    "recurring[interval]": "month",
    "product_data[name]": "Basic",
  });
  const { body } = await ask("POST", "/v1/subscriptions", {
    customer: String(customer["id"]),
    "items[0][price]": String(price["id"]),
  });
  expect(body).toMatchObject({ created: at, test_clock: clock["id"] });
  await ask("POST", `/v1/test_helpers/test_clocks/${String(clock["id"])}/advance`, {
    frozen_time: String(at + 70 * 24 * 3600),
  });
  expect((await ask("GET", `/v1/invoices?customer=${String(customer["id"])}`)).body.data).toHaveLength(3);
});

test("money is given back once, and not after a dispute", async () => {
  const { ask, subscribed } = await started();
  const { customer } = await subscribed();
  const [charge] = (await ask("GET", `/v1/charges?customer=${customer}`)).body.data;
  expect((await ask("POST", "/v1/refunds", { charge: String(charge?.["id"]), amount: "501" })).status).toBe(400);
  expect((await ask("POST", "/v1/refunds", { payment_intent: String(charge?.["payment_intent"]) })).body).toMatchObject(
    { object: "refund", amount: 500 },
  );
  expect((await ask("POST", "/v1/refunds", { charge: String(charge?.["id"]) })).body.error).toMatchObject({
    code: "charge_already_refunded",
  });
});

test("webhooks are signed, and sent again until somebody takes them", async () => {
  const { received, of } = await receiver([500, 302]);
  const { ask } = await started(of);
  await ask("POST", "/v1/customers", { name: "Ada" });
  await expect.poll(() => received.length).toBe(3);
  expect(new Set(received.map(({ id }) => id)).size).toBe(1);
  expect(received[0]).toMatchObject({
    type: "customer.created",
    signature: expect.stringMatching(/^t=\d{10},v1=[0-9a-f]{64}$/) as string,
  });
});

test("webhooks are held, lost, doubled and shuffled when told to", async () => {
  const { types, received, of } = await receiver();
  const { ask, order } = await started(of);
  const create = async (mode: string, name: string) => {
    await order("webhooks", { mode });
    await ask("POST", `/v1/${name}`, name === "products" ? { name } : {});
  };
  await create("drop", "customers");
  await create("hold", "customers");
  await create("hold", "products");
  await create("duplicate", "products");
  await expect.poll(types).toEqual(["product.created", "product.created"]);
  expect(await order("webhooks/release", { order: "reversed", times: 2 })).toEqual({ released: 4 });
  await expect
    .poll(() => types().slice(2))
    .toEqual(["product.created", "customer.created", "product.created", "customer.created"]);
  expect(new Set(received.map(({ id }) => id)).size).toBe(3);
});

test("what another process did is known, and a webhook that it could not send is sent by the next", async () => {
  const store = memoryStore();
  const first = await started({ store, webhookSecret: "whsec_simulated" });
  const { id } = await first.subscribed();
  await open.pop()?.close();
  const { types, of } = await receiver();
  const second = await started({ store, ...of });
  expect((await second.ask("GET", `/v1/subscriptions/${id}`)).body).toMatchObject({ id, status: "active" });
  await expect.poll(types).toContain("customer.subscription.created");
});
