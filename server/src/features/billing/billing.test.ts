import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { checkoutUrls as urls, simulatedStripe, type SimulatedStripe } from "../../../test-kit/stripe.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { createIncomingRegistry, type IncomingEvent } from "../incoming-events/index.ts";
import {
  accountOfCustomer,
  allCustomers,
  billingEventTypes,
  customerOfEvent,
  fetchCustomerState,
  findCustomer,
  type CustomerState,
  type Mode,
  type PaymentState,
  type StripeAccess,
  type SubscriptionState,
} from "./index.ts";

const checkout = "/v1/billing/checkout-sessions";

describe("buying at Stripe", () => {
  let app: TestApp;
  let stripe: SimulatedStripe;
  const processed: IncomingEvent[] = [];
  const incoming = createIncomingRegistry();
  for (const type of billingEventTypes) incoming.on("stripe", type, async (_tx, event) => void processed.push(event));

  beforeAll(async () => {
    app = await startTestApp({ incoming });
    stripe = await simulatedStripe(app);
  });
  afterAll(() => app?.close());

  const uuid = (id: string) => decodeId("acc", id) ?? "";
  const customersOf = (account: TestAccount) =>
    app.services.db.readSystem<{ customer_id: string; mode: string }>("a test looks", {
      name: "test_customers",
      text: "select customer_id, mode from billing_customers where account_id = any($1)",
      values: [[uuid(account.liveId), uuid(account.sandboxId)]],
    });
  const customerOf = async (account: TestAccount) =>
    (await findCustomer(app.services, uuid(account.sandboxId)))?.customer_id ?? expect.fail("no customer");
  const access = (): StripeAccess => app.shared.stripe;
  const mode: Mode = "test";
  const stateOf = async (account: TestAccount): Promise<CustomerState> =>
    fetchCustomerState(
      { stripe: access(), clock: app.services.clock },
      { mode, customerId: await customerOf(account) },
    );
  const buy = async (account: TestAccount, item: "basic" | "standard" | "pro" | "boost") => {
    const session = await account.test.billing.createCheckoutSession({ item, ...urls });
    return stripe.pay(session.id);
  };
  const eventsOf = (customer: string) =>
    processed.filter(({ data }) => data["customer"] === customer).map(({ type }) => type);

  test("a checkout leads to a page under our own address; session, customer and subscription name the account and what it buys", async () => {
    const account = await app.signUp();
    const session = await account.test.billing.createCheckoutSession({ item: "pro", ...urls });
    expect(session).toMatchObject({
      object: "checkout_session",
      item: "pro",
      url: `${app.url}/sandbox/stripe/pay/${session.id}`,
    });
    const metadata = { account: account.sandboxId, entitlement: "plan:pro" };
    expect(await stripe.get(`/v1/checkout/sessions/${session.id}`)).toMatchObject({
      metadata,
      client_reference_id: account.sandboxId,
      mode: "subscription",
      amount_total: 3995,
      ...urls,
    });
    expect(await stripe.get(`/v1/customers/${await customerOf(account)}`)).toMatchObject({
      metadata: { account: account.sandboxId },
      email: null,
    });
    const { subscription } = await stripe.pay(session.id);
    expect(await stripe.get(`/v1/subscriptions/${String(subscription)}`)).toMatchObject({ metadata, status: "active" });
  });

  test("what is paid is heard of by signed webhook, and stands in the customer's state", async () => {
    const account = await app.signUp();
    await buy(account, "standard");
    const customer = await customerOf(account);
    await expect
      .poll(() => eventsOf(customer))
      .toEqual(expect.arrayContaining(["checkout.session.completed", "customer.subscription.created", "invoice.paid"]));
    expect(processed.find(({ data }) => data["customer"] === customer)).toMatchObject({
      mode: "test",
      plugin: "stripe",
    });
    const {
      subscriptions,
      boosts,
      deleted,
      fetchedAt,
    }: { subscriptions: SubscriptionState[]; boosts: PaymentState[]; deleted: boolean; fetchedAt: Date } =
      await stateOf(account);
    expect([subscriptions.length, boosts, deleted]).toEqual([1, [], false]);
    expect(Math.abs(fetchedAt.getTime() - Date.now())).toBeLessThan(60_000);
    const [subscription] = subscriptions;
    expect(subscription).toMatchObject({
      status: "active",
      plan: "standard",
      cancelAtPeriodEnd: false,
      latestPayment: { amount: 1995, refunded: false, dispute: null },
    });
    expect(
      (subscription?.currentPeriodEnd.getTime() ?? 0) - (subscription?.currentPeriodStart.getTime() ?? 0),
    ).toBeGreaterThan(27 * 24 * 3600_000);
    expect(await accountOfCustomer({ db: app.services.db }, "test", customer)).toBe(uuid(account.sandboxId));
    const all: string[] = [];
    for await (const row of allCustomers({ db: app.services.db })) all.push(row.customer_id);
    expect(all).toContain(customer);
  });

  test("a boost is one payment; its refund and its dispute show in the state, and a dispute finds its customer", async () => {
    const account = await app.signUp();
    const first = await buy(account, "boost");
    expect((await stateOf(account)).boosts).toMatchObject([
      { paymentIntentId: first["payment_intent"], amount: 1995, amountRefunded: 0, refunded: false, dispute: null },
    ]);
    await stripe.refund(String(first["payment_intent"]), { amount: 500 });
    expect((await stateOf(account)).boosts).toMatchObject([{ amountRefunded: 500, refunded: false }]);
    await stripe.refund(String(first["payment_intent"]));
    const second = await buy(account, "boost");
    const disputed = await stripe.dispute(String(second["payment_intent"]));
    expect((await stateOf(account)).boosts).toMatchObject([
      { dispute: "needs_response", refunded: false },
      { refunded: true, dispute: null },
    ]);
    await stripe.closeDispute(String(disputed["id"]), { won: true });
    expect((await stateOf(account)).boosts).toMatchObject([{ dispute: "won" }, {}]);
    await expect
      .poll(
        () =>
          processed.filter(
            ({ type, data }) => type === "charge.dispute.created" && data["charge"] === disputed["charge"],
          ).length,
      )
      .toBe(1);
    const event = processed.find(({ data }) => data["id"] === disputed["id"]) ?? expect.fail("no event");
    expect(await customerOfEvent({ stripe: access() }, event)).toBe(await customerOf(account));
  });

  test("more than a page of payments is read to its end", async () => {
    const account = await app.signUp();
    const { payment_intent: oldest } = await buy(account, "boost");
    const price = await stripe.get("/v1/prices?lookup_keys[0]=basic_595");
    const [{ id }] = price["data"] as [{ id: string }];
    const customer = await customerOf(account);
    await stripe.webhooks.mode("drop");
    const begun = await stripe.post("/v1/subscriptions", { customer, "items[0][price]": id });
    for (let month = 0; month < 105; month += 1) await stripe.renew(String(begun["id"]));
    await stripe.webhooks.mode("send");
    const { boosts, subscriptions } = await stateOf(account);
    expect(boosts.map(({ paymentIntentId }) => paymentIntentId)).toEqual([oldest]);
    expect(subscriptions).toMatchObject([{ plan: "basic", status: "active" }]);
  });

  test("a failed renewal, a cancellation at the end of the period and the end show", async () => {
    const account = await app.signUp();
    const id = String((await buy(account, "basic"))["subscription"]);
    await stripe.renew(id, { succeeds: false });
    expect((await stateOf(account)).subscriptions).toMatchObject([{ status: "past_due", latestPayment: null }]);
    await stripe.renew(id);
    await stripe.cancel(id, { at_period_end: true });
    const [ending] = (await stateOf(account)).subscriptions;
    expect(ending).toMatchObject({
      status: "active",
      cancelAtPeriodEnd: true,
      cancelAt: ending?.currentPeriodEnd,
      endedAt: null,
    });
    await stripe.cancel(id);
    expect((await stateOf(account)).subscriptions).toMatchObject([
      { status: "canceled", endedAt: expect.any(Date) as Date },
    ]);
  });

  test("50 checkouts of an account at once make one customer", async () => {
    const account = await app.signUp();
    const sessions = await Promise.all(
      Array.from({ length: 50 }, () => account.test.billing.createCheckoutSession({ item: "boost", ...urls })),
    );
    const customers = await Promise.all(
      sessions.slice(0, 5).map(async ({ id }) => (await stripe.get(`/v1/checkout/sessions/${id}`))["customer"]),
    );
    expect(await customersOf(account)).toEqual([{ mode: "test", customer_id: customers[0] }]);
    expect(new Set(customers).size).toBe(1);
    const { data } = (await stripe.get("/v1/customers?limit=100")) as unknown as {
      data: { id: string; metadata: { account?: string } }[];
    };
    expect(data.filter(({ metadata }) => metadata.account === account.sandboxId).map(({ id }) => id)).toEqual([
      customers[0],
    ]);
  });

  test("a repeated request answers the same session, also after it was paid; another wish under its key is refused", async () => {
    const account = await app.signUp();
    const ask = (item: string) =>
      app.request("post", checkout, {
        key: account.testKey,
        body: { item, ...urls },
        headers: { "Idempotency-Key": "once" },
      });
    const [first, again] = [await ask("pro"), await ask("pro")];
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    await stripe.pay(String(first.body["id"]));
    expect(await ask("pro")).toMatchObject({ status: 201, body: first.body });
    expect(await ask("boost")).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
  });

  test("who has a subscription is sent to the portal instead; a boost can still be bought", async () => {
    const account = await app.signUp();
    await buy(account, "basic");
    const ask = (item: string) => app.request("post", checkout, { key: account.testKey, body: { item, ...urls } });
    expect(await ask("pro")).toMatchObject({
      status: 409,
      body: { code: "already_subscribed", detail: expect.stringContaining("/v1/billing/portal-sessions") as string },
    });
    expect((await ask("boost")).status).toBe(201);
    const portal = await account.test.billing.createPortalSession({ return_url: "https://app.example.com/account" });
    expect(portal).toMatchObject({
      object: "portal_session",
      url: expect.stringMatching(/\/sandbox\/stripe\/portal\/bps_/) as string,
    });
  });

  test("a page of payment that was left open cannot be paid once another was asked for, so nobody subscribes twice", async () => {
    const account = await app.signUp();
    const ask = (item: "basic" | "pro" | "boost") => account.test.billing.createCheckoutSession({ item, ...urls });
    const [left, add] = [await ask("basic"), await ask("boost")];
    const atOnce = await Promise.all([ask("pro"), ask("pro"), ask("pro")]);
    const paid = await Promise.allSettled([left, ...atOnce, add].map(({ id }) => stripe.pay(id)));
    expect(paid.map(({ status }) => status).filter((status) => status === "fulfilled")).toHaveLength(2);
    expect([paid[0]?.status, paid.at(-1)?.status]).toEqual(["rejected", "fulfilled"]);
    expect((await stateOf(account)).subscriptions).toMatchObject([{ plan: "pro", status: "active" }]);
  });

  test("another process, and the next one after a restart, have the same Stripe", async () => {
    const account = await app.signUp();
    const { id, url } = await account.test.billing.createCheckoutSession({ item: "pro", ...urls });
    const next = await startTestApp({ env: { DATABASE_URL: app.env["DATABASE_URL"] ?? "" }, worker: false });
    expect((await next.request("get", new URL(url).pathname)).text).toContain("$39.95 each month");
    expect((await (await simulatedStripe(next)).pay(id))["status"]).toBe("complete");
    await next.close();
    expect((await stateOf(account)).subscriptions).toMatchObject([{ plan: "pro", status: "active" }]);
    await expect.poll(async () => eventsOf(await customerOf(account))).toContain("customer.subscription.created");
  });

  test("deleting an account ends what it pays for, in the sandbox too", async () => {
    const account = await app.signUp();
    const { subscription } = await buy(account, "pro");
    const customer = await customerOf(account);
    expect(
      (
        await app.request("delete", "/v1/account", {
          key: account.sessionToken,
          body: { password: "pw-canary-of-a-test" },
        })
      ).status,
    ).toBe(202);
    await expect
      .poll(() => stripe.get(`/v1/customers/${customer}`))
      .toEqual({ id: customer, object: "customer", deleted: true });
    expect(await stripe.get(`/v1/subscriptions/${String(subscription)}`)).toMatchObject({ status: "canceled" });
    await expect.poll(() => customersOf(account)).toEqual([]);
  });

  test("where the keys of Stripe are gone, an account is deleted all the same, and the log names the customer that goes on paying", async () => {
    const account = await app.signUp();
    await app.services.db.asSystem("a test has bought before", (tx) =>
      tx.query(
        "insert into billing_customers (account_id, provider, mode, customer_id, created_at) values ($1, 'stripe', 'live', 'cus_GoesOnPaying', now())",
        [uuid(account.liveId)],
      ),
    );
    expect(
      (
        await app.request("delete", "/v1/account", {
          key: account.sessionToken,
          body: { password: "pw-canary-of-a-test" },
        })
      ).status,
    ).toBe(202);
    await expect.poll(() => customersOf(account)).toEqual([]);
    expect(app.logged()).toContain("cus_GoesOnPaying");
  });

  test("a customer who was deleted at Stripe is replaced", async () => {
    const account = await app.signUp();
    await buy(account, "basic");
    const gone = await customerOf(account);
    const { config, fetch: send } = await app.services.plugins.outlet("stripe", "test");
    await send(`${String(config["baseUrl"])}/v1/customers/${gone}`, {
      method: "DELETE",
      headers: { Authorization: `Bearer ${String(config["secretKey"])}` },
    });
    expect(await stateOf(account)).toMatchObject({ deleted: true, subscriptions: [], boosts: [] });
    // The key has been refused at Stripe with the old customer, and comes again with the new one.
    const portal = {
      key: account.testKey,
      body: { return_url: urls.cancel_url },
      headers: { "Idempotency-Key": "once" },
    };
    expect((await app.request("post", "/v1/billing/portal-sessions", portal)).status).toBe(201);
    await buy(account, "pro");
    expect(await customerOf(account)).not.toBe(gone);
    expect((await stateOf(account)).subscriptions).toMatchObject([{ plan: "pro" }]);
  });

  test.for([
    "https://evil.example.com/paid",
    "https://app.example.com@evil.example.com/",
    "https://app.example.com.evil.example/",
    "http://app.example.com/paid",
    "https://user:pw@app.example.com/",
    "https://app.example.com:8443/",
    "http://10.0.0.1/",
    "https://",
  ])("%s is no page that a payment may lead to", async (bad) => {
    const account = await (other ??= app.signUp());
    for (const body of [
      { item: "pro", ...urls, success_url: bad },
      { item: "pro", ...urls, cancel_url: bad },
    ]) {
      expect(await app.request("post", checkout, { key: account.testKey, body })).toMatchObject({
        status: 400,
        body: { code: "validation_failed", errors: [{ code: "origin_not_allowed" }] },
      });
    }
    expect(
      (await app.request("post", "/v1/billing/portal-sessions", { key: account.testKey, body: { return_url: bad } }))
        .status,
    ).toBe(400);
    expect(await customersOf(account)).toEqual([]);
  });
  let other: Promise<TestAccount> | undefined;

  test("our own pages and, on a loopback server, those of one's own machine are allowed", async () => {
    const account = await app.signUp();
    for (const page of [`${app.url}/done`, "http://127.0.0.1:5173/done", "http://localhost:3000/"]) {
      expect(
        (
          await app.request("post", checkout, {
            key: account.testKey,
            body: { item: "pro", success_url: page, cancel_url: page },
          })
        ).status,
      ).toBe(201);
    }
  });

  test("a live account without keys of Stripe is told so, while its sandbox buys", async () => {
    const account = await app.signUp();
    for (const [path, body] of [
      [checkout, { item: "pro", ...urls }],
      ["/v1/billing/portal-sessions", { return_url: urls.cancel_url }],
    ] as const) {
      expect(await app.request("post", path, { key: account.liveKey, body })).toMatchObject({
        status: 503,
        body: { code: "billing_not_configured" },
      });
    }
    expect(await customersOf(account)).toEqual([]);
    expect((await buy(account, "basic"))["status"]).toBe("complete");
  });

  test("Stripe's trouble is 503 with the time to come back; calls are counted, and no key stands in a log", async () => {
    const account = await app.signUp();
    const { config, fetch: send } = await app.services.plugins.outlet("stripe", "test");
    const faults = `${String(config["baseUrl"])}/_sim/faults`;
    await send(faults, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ fault: "server_error" }),
    });
    try {
      const answer = await app.request("post", checkout, { key: account.testKey, body: { item: "pro", ...urls } });
      expect(answer).toMatchObject({ status: 503, body: { code: "plugin_unavailable" } });
      expect(answer.headers["retry-after"]).toBe("10");
    } finally {
      await send(faults, { method: "DELETE" });
    }
    const metrics = await app.services.metrics.registry.metrics();
    expect(metrics).toMatch(
      /musicverse_billing_stripe_calls_total\{mode="test",method="POST",resource="checkout\/sessions",status="200"\} \d+/,
    );
    expect(metrics).toContain('status="500"');
    expect(metrics).not.toMatch(/resource="[^"]*(cs_|cus_|sub_)/);
    for (const secret of [String(config["secretKey"]), String(config["webhookSecret"])])
      expect(app.logged()).not.toContain(secret);
  });
});
