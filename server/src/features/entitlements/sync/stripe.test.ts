import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../../test-kit/app.ts";
import { simulatedStripe, type SimulatedStripe } from "../../../../test-kit/stripe.ts";
import { deriveSecret } from "../../../platform/crypto/index.ts";
import { decodeId } from "../../../platform/ids/index.ts";

const urls = { success_url: "https://app.example.com/paid", cancel_url: "https://app.example.com/plans" };

/** From a payment at (the simulator of) Stripe to what the account may, over HTTP. */
describe("what is bought at Stripe", () => {
  let app: TestApp;
  let admin: TestAccount;
  let stripe: SimulatedStripe;
  beforeAll(async () => {
    app = await startTestApp();
    admin = await app.signUp({ admin: true });
    stripe = await simulatedStripe(app);
  });
  afterAll(() => app?.close());
  beforeEach(() => stripe.webhooks.mode("send"));

  const buy = async (account: TestAccount, item: "basic" | "standard" | "pro" | "boost") =>
    stripe.pay((await account.test.billing.createCheckoutSession({ item, ...urls })).id);
  const inForce = async ({ test: sandbox }: TestAccount) => {
    const { plan, source } = await sandbox.entitlements.list();
    return `${plan} ${source}`;
  };
  /** How soon is measured (npm run bench -- billing); here, that it comes. */
  const becomes = (account: TestAccount, what: string) => expect.poll(() => inForce(account)).toBe(what);
  const history = async ({ test: sandbox }: TestAccount) =>
    (await sandbox.entitlements.listChanges({ limit: 100 })).data;
  const held = async (account: TestAccount) => {
    const left = new Map<string, string>();
    for (const { change, reference, plan } of (await history(account)).toReversed()) {
      expect(left.has(reference), `${change} ${reference}`).toBe(change !== "granted");
      if (change === "granted" || change === "updated") left.set(reference, plan);
      else left.delete(reference);
    }
    return [...left.values()];
  };
  const quiet = () =>
    expect
      .poll(async () => {
        const waiting = await app.services.db.asSystem("a test waits", (tx) =>
          tx.query(
            "select 1 from billing_syncs where due_at is not null union all select 1 from incoming_events where status = 'pending'",
          ),
        );
        return waiting.length;
      })
      .toBe(0);

  test("a plan counts for the sandbox that bought it, with its own numbers, and never for the live account", async () => {
    const account = await app.signUp({ tier: "enterprise" });
    expect(await inForce(account)).toBe("enterprise plan_grant");
    await buy(account, "basic");
    await becomes(account, "basic plan");
    expect(await account.test.entitlements.get("generations")).toMatchObject({
      limit: 60,
      period: "month",
      allowed: true,
    });
    expect(await account.test.billing.getSubscription()).toMatchObject({
      status: "active",
      plan: "basic",
      cancels_at: null,
      ended_at: null,
    });
    expect((await account.live.entitlements.list()).plan).toBe("enterprise");
    expect(await account.live.billing.getSubscription()).toMatchObject({ status: "none", synced_at: null });
    const [change] = await history(account);
    expect(change).toMatchObject({
      change: "granted",
      source: "plan",
      plan: "basic",
      cause: { kind: "provider_event", ids: expect.arrayContaining([expect.stringMatching(/^evt_/)]) },
      version: 1,
    });
    expect((await account.test.events.list()).data.map(({ type }) => type)).toContain("entitlement.granted");
  });

  test("the life of a subscription: changed, not paid, paid again, canceled for later, ended", async () => {
    const account = await app.signUp();
    const { subscription } = await buy(account, "standard");
    const id = String(subscription);
    await becomes(account, "standard plan");
    const {
      data: [price],
    } = (await stripe.get("/v1/prices?lookup_keys[]=pro_3995")) as { data: { id: string }[] };
    await stripe.change(id, price?.id ?? "");
    await becomes(account, "pro plan");
    await stripe.renew(id, { succeeds: false });
    await expect.poll(async () => (await account.test.billing.getSubscription()).status).toBe("past_due");
    expect(await inForce(account)).toBe("pro plan");
    await stripe.renew(id);
    await expect.poll(async () => (await account.test.billing.getSubscription()).status).toBe("active");
    await stripe.cancel(id, { at_period_end: true });
    await expect.poll(async () => (await account.test.billing.getSubscription()).cancels_at).not.toBeNull();
    const { current_period_end: end } = await account.test.billing.getSubscription();
    expect((await account.test.entitlements.list()).expires_at).toBe(end);
    await stripe.cancel(id);
    await becomes(account, "free default");
    expect(await account.test.billing.getSubscription()).toMatchObject({
      status: "canceled",
      ended_at: expect.any(String),
    });
    expect(await held(account)).toEqual([]);
  });

  test("a boost lifts the plan until it is refunded, or disputed and lost", async () => {
    const account = await app.signUp();
    const first = await buy(account, "boost");
    await becomes(account, "pro boost");
    await stripe.refund(String(first["payment_intent"]), { amount: 100 });
    await quiet();
    expect(await inForce(account)).toBe("pro boost");
    await stripe.refund(String(first["payment_intent"]));
    await becomes(account, "free default");
    const second = await buy(account, "boost");
    await becomes(account, "pro boost");
    const { id } = await stripe.dispute(String(second["payment_intent"]));
    await becomes(account, "free default");
    await stripe.closeDispute(String(id), { won: true });
    await becomes(account, "pro boost");
    expect((await history(account)).map(({ change }) => change)).toEqual([
      "granted",
      "revoked",
      "granted",
      "revoked",
      "granted",
    ]);
  });

  /** As Stripe would send it; with another `secret` as somebody else would. */
  const customerOf = async (account: TestAccount) => {
    const [customer] = await app.services.db.readSystem<{ customer_id: string }>("a test looks", {
      name: "test_customer",
      text: "select customer_id from billing_customers where account_id = $1",
      values: [decodeId("acc", account.sandboxId)],
    });
    return customer?.customer_id ?? expect.fail("no customer");
  };
  const send = async (
    customer: string,
    id: string,
    secret = deriveSecret(app.services.config.masterKeys, "simulator webhooks of stripe").toString("base64"),
  ) => {
    const created = Math.floor(Date.now() / 1000);
    const raw = JSON.stringify({
      id,
      object: "event",
      type: "invoice.paid",
      created,
      data: { object: { id: "in_1", object: "invoice", customer } },
    });
    const signature = createHmac("sha256", `whsec_${secret}`).update(`${created}.${raw}`).digest("hex");
    return app.request("post", "/hooks/stripe", {
      raw,
      headers: { "Content-Type": "application/json", "Stripe-Signature": `t=${created},v1=${signature}` },
    });
  };

  test("the same event fifty times at once grants once", async () => {
    const account = await app.signUp();
    await stripe.webhooks.mode("drop");
    await buy(account, "pro");
    const customer = await customerOf(account);
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(customer, "evt_fifty")));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
    await becomes(account, "pro plan");
    await quiet();
    expect((await history(account))[0]?.cause).toEqual({ kind: "provider_event", ids: ["evt_fifty"] });
    expect((await history(account)).map(({ change }) => change)).toEqual(["granted"]);
    expect((await account.test.events.list()).data.filter(({ type }) => type.startsWith("entitlement."))).toHaveLength(
      1,
    );
  });

  test.each([1, 2, 3, 4])(
    "a whole life whose webhooks come in any order ends as if they had come in theirs (%i)",
    async () => {
      const account = await app.signUp();
      await stripe.webhooks.mode("hold");
      const { subscription } = await buy(account, "basic");
      const { payment_intent: boost } = await buy(account, "boost");
      await stripe.renew(String(subscription), { succeeds: false });
      await stripe.cancel(String(subscription));
      await stripe.refund(String(boost));
      await buy(account, "standard");
      await stripe.webhooks.release({ order: "shuffled", times: 2 });
      await becomes(account, "standard plan");
      await quiet();
      expect(await inForce(account)).toBe("standard plan");
      expect(await held(account)).toEqual(["standard"]);
    },
  );

  test("what no webhook told is there after the comparison that an administrator starts, which is written down", async () => {
    const account = await app.signUp();
    await stripe.webhooks.mode("drop");
    await buy(account, "standard");
    await quiet();
    expect(await inForce(account)).toBe("free default");
    const api = app.client(admin.sessionToken).admin;
    const answer = await api.requestBillingSync(account.sandboxId);
    expect(answer).toMatchObject({
      object: "billing_sync",
      account_id: account.sandboxId,
      mode: "test",
      synced_at: null,
      attempts_count: 0,
    });
    await becomes(account, "standard plan");
    expect((await history(account))[0]).toMatchObject({
      cause: { kind: "administrator", ids: [expect.stringMatching(/^req_/)] },
    });
    expect((await api.listActions({ limit: 1 })).data).toMatchObject([
      {
        action: "billing.sync_requested",
        target: { id: account.sandboxId },
        details: { mode: "test", customer_id: answer.customer_id },
      },
    ]);
    for (const id of [account.liveId, "acc_01kbq5s7m8e5xv2p0t6w9r4c3d", "nonsense"])
      await expect(api.requestBillingSync(id)).rejects.toMatchObject({ status: 404 });
  });

  test("a customer at Stripe who is nobody here is named in the log and counted, and holds nobody up", async () => {
    const figure = async (name: string) =>
      Number(
        new RegExp(`^${name}(?:\\{.*\\})? ([\\d.]+)$`, "m").exec((await app.request("get", "/metrics")).text)?.[1],
      );
    expect((await send("cus_of_another_shop", "evt_strange")).status).toBe(202);
    await expect.poll(() => figure("musicverse_billing_unknown_customers")).toBe(1);
    expect(app.logged()).toContain('"subject":"cus_of_another_shop"');
    expect(await figure("musicverse_billing_sync_oldest_seconds")).toBe(0);
    expect(await figure("musicverse_billing_drift_total")).toBe(0);
    const account = await app.signUp();
    await buy(account, "basic");
    await becomes(account, "basic plan");
    await app.services.db.asSystem("the test ends", (tx) => tx.query("delete from billing_syncs where is_unknown"));
  });

  test("a forged webhook has no effect", async () => {
    const account = await app.signUp();
    await stripe.webhooks.mode("drop");
    await buy(account, "pro");
    expect((await send(await customerOf(account), "evt_forged", "not-our-secret")).status).toBe(400);
    await quiet();
    expect(await inForce(account)).toBe("free default");
    expect(await history(account)).toEqual([]);
  });
});
