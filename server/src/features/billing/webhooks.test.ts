import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { startReceiver } from "../../../test-kit/receiver.ts";
import { createIncomingRegistry, type IncomingEvent } from "../incoming-events/index.ts";

const secret = "whsec_canary_of_the_operator";
const minuteMs = 60_000;

/** As Stripe sends it: its JSON is spread over lines, its header has an older scheme besides. */
function webhook(id: string, { type = "charge.dispute.created", key = secret, at = Date.now() } = {}) {
  const object = { id: "dp_1", object: "dispute", charge: "ch_1", payment_intent: "pi_1" };
  const raw = JSON.stringify(
    { id, object: "event", type, created: Math.floor(at / 1000), data: { object }, livemode: true },
    null,
    2,
  );
  const seconds = Math.floor(at / 1000);
  const signature = createHmac("sha256", key).update(`${seconds}.${raw}`).digest("hex");
  return {
    raw,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Stripe-Signature": `t=${seconds},v1=${signature},v0=${"0".repeat(64)}`,
    },
  };
}

describe("POST /hooks/stripe", () => {
  let app: TestApp;
  const processed: IncomingEvent[] = [];
  const incoming = createIncomingRegistry();
  incoming.on("stripe", "charge.dispute.created", async (_tx, event) => void processed.push(event));

  beforeAll(async () => {
    app = await startTestApp({
      env: { STRIPE_SECRET_KEY: "sk_live_canary_of_the_operator", STRIPE_WEBHOOK_SECRET: secret },
      incoming,
    });
  });
  afterAll(() => app?.close());

  const send = (request: ReturnType<typeof webhook>) => app.request("post", "/hooks/stripe", request);
  const rows = async () =>
    (
      await app.services.db.readSystem<{ count: number }>("a test counts", {
        name: "test_rows",
        text: "select count(*)::int as count from incoming_events",
        values: [],
      })
    )[0]?.count;
  const refusals = async () =>
    [
      ...(await app.services.metrics.registry.metrics()).matchAll(/refused_total\{plugin="stripe",code="\w+"\} (\d+)/g),
    ].reduce((sum, [, count]) => sum + Number(count), 0);

  test("a signed event is taken once, whatever becomes of it, and told in ids", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(webhook("evt_crowd"))));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 49 }, () => 200),
      202,
    ]);
    await expect
      .poll(() => processed)
      .toMatchObject([
        {
          mode: "live",
          providerEventId: "evt_crowd",
          type: "charge.dispute.created",
          data: {
            object: "dispute",
            id: "dp_1",
            charge: "ch_1",
            payment_intent: "pi_1",
            customer: null,
            subscription: null,
            invoice: null,
          },
        },
      ]);
    expect(await rows()).toBe(1);
  });

  const good = () => webhook("evt_forged");
  test.for<[string, () => ReturnType<typeof webhook>]>([
    ["forged with another secret", () => webhook("evt_forged", { key: "whsec_guessed" })],
    ["altered", () => ({ ...good(), raw: good().raw.replace("dp_1", "dp_2") })],
    ["altered in its spaces only", () => ({ ...good(), raw: JSON.stringify(JSON.parse(good().raw)) })],
    [
      "with another time than the signed one",
      () => ({
        ...good(),
        headers: {
          ...good().headers,
          "Stripe-Signature": good().headers["Stripe-Signature"].replace(
            /t=\d+/,
            `t=${Math.floor(Date.now() / 1000) - 1}`,
          ),
        },
      }),
    ],
    ["without a signature", () => ({ ...good(), headers: { ...good().headers, "Stripe-Signature": "" } })],
    [
      "with the older scheme only",
      () => ({
        ...good(),
        headers: { ...good().headers, "Stripe-Signature": good().headers["Stripe-Signature"].replace("v1=", "v2=") },
      }),
    ],
    ["signed more than 5 minutes ago", () => webhook("evt_forged", { at: Date.now() - 5 * minuteMs - 2_000 })],
    ["signed more than 5 minutes from now", () => webhook("evt_forged", { at: Date.now() + 5 * minuteMs + 2_000 })],
  ])("one %s is 400 and leaves nothing but a figure", async ([, request]) => {
    const before = await refusals();
    expect(await send(request())).toMatchObject({ status: 400 });
    expect([await rows(), await refusals()]).toEqual([1, before + 1]);
  });

  test("an address of Stripe that is none of the open internet is not reached, not even with the operator's key", async () => {
    const receiver = await startReceiver();
    const other = await startTestApp({
      worker: false,
      env: {
        STRIPE_SECRET_KEY: "sk_live_canary_of_the_operator",
        STRIPE_WEBHOOK_SECRET: secret,
        STRIPE_PRICE_PRO: "price_1",
        STRIPE_BASE_URL: receiver.url,
      },
    });
    const { liveKey } = await other.signUp();
    const ask = (item: string) =>
      other.request("post", "/v1/billing/checkout-sessions", {
        key: liveKey,
        body: { item, success_url: "https://app.example.com/", cancel_url: "https://app.example.com/" },
      });
    expect(await ask("pro")).toMatchObject({ status: 503, body: { code: "plugin_unavailable" } });
    expect(await ask("basic")).toMatchObject({
      status: 503,
      body: { code: "billing_not_configured", detail: expect.stringContaining("STRIPE_PRICE_BASIC") as string },
    });
    expect(receiver.received).toEqual([]);
    expect(other.logged()).not.toContain("sk_live_canary");
    await other.close();
    await receiver.close();
  });

  test("without keys, only the simulator's signature counts", async () => {
    const other = await startTestApp({ worker: false });
    expect(await other.request("post", "/hooks/stripe", webhook("evt_1"))).toMatchObject({
      status: 400,
      body: { code: "invalid_signature" },
    });
    await other.close();
  });
});
