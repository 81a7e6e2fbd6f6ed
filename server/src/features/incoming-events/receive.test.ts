import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { bodyOf, hookedEnv, hookedSource, liveWebhookSecret, signed } from "../../../test-kit/hooked-plugin.ts";
import { deriveSecret } from "../../platform/crypto/index.ts";
import { createIncomingRegistry, type IncomingEvent } from "./index.ts";

const minuteMs = 60_000;

describe("webhooks of providers", () => {
  let app: TestApp;
  const processed: IncomingEvent[] = [];
  const incoming = createIncomingRegistry();
  incoming.on("hooked", "invoice.paid", async (_tx, event) => void processed.push(event));

  beforeAll(async () => {
    app = await startTestApp({ env: hookedEnv, pluginSource: hookedSource, incoming });
  });
  afterAll(() => app?.close());

  const send = (request: { raw: string | Uint8Array; headers: Record<string, string> }, plugin = "hooked") =>
    app.request("post", `/hooks/${plugin}`, request);
  const stored = () =>
    app.services.db.readSystem<{ id: string; delivery: string; mode: string }>("a test looks", {
      name: "test_incoming",
      text: "select id, delivery, mode from incoming_events",
      values: [],
    });
  const processedWith = (id: string) => processed.filter(({ providerEventId }) => providerEventId === id);

  test("what is signed is stored encrypted, answered at once and processed in a job, with the time it happened", async () => {
    const created = new Date(Date.now() - 3 * 24 * 60 * minuteMs);
    const answer = await send(signed(bodyOf("evt_good", { created, note: "customer-canary" })));
    expect(answer).toMatchObject({ status: 202, text: "" });
    await expect.poll(() => processedWith("evt_good").length, { timeout: 10_000 }).toBe(1);
    expect(processedWith("evt_good")[0]).toMatchObject({
      plugin: "hooked",
      mode: "live",
      type: "invoice.paid",
      data: { invoice: "in_evt_good" },
      occurredAt: new Date(Math.floor(created.getTime() / 1000) * 1000),
      requestId: answer.headers["x-request-id"],
    });
    const [row] = await stored();
    expect(row?.delivery).toMatch(/^v1\./);
    expect(row?.delivery).not.toContain("customer-canary");
    expect(app.logged()).not.toContain("customer-canary");
    expect(app.logged()).not.toContain(liveWebhookSecret);
  });

  test("the bytes are what is signed: any content type and any way to write JSON is verified unread", async () => {
    const { raw, headers } = signed(
      `{ "id" : "evt_bytes",\n "type":"unknown.thing", "created": 1795250400 , "data":{"object":{}} }`,
    );
    expect((await send({ raw, headers: { ...headers, "Content-Type": "text/plain; charset=latin1" } })).status).toBe(
      202,
    );
  });

  const good = () => signed(bodyOf("evt_forged"));
  test.for<[string, () => { raw: string; headers: Record<string, string> }, string]>([
    ["no signature", () => ({ ...good(), headers: {} }), "invalid_signature"],
    ["another secret", () => signed(bodyOf("evt_forged"), { secret: "whsec_guessed" }), "invalid_signature"],
    [
      "the secret's name when none is set",
      () => signed(bodyOf("evt_forged"), { secret: "undefined" }),
      "invalid_signature",
    ],
    ["a changed body", () => ({ ...good(), raw: bodyOf("evt_forged", { note: "1000000" }) }), "invalid_signature"],
    [
      "the body written differently",
      () => ({ ...good(), raw: bodyOf("evt_forged").replace(":", ": ") }),
      "invalid_signature",
    ],
    [
      "half a signature",
      () => ({ ...good(), headers: { "Stripe-Signature": good().headers["Stripe-Signature"].slice(0, -32) } }),
      "invalid_signature",
    ],
    ["an empty body", () => ({ ...good(), raw: "" }), "invalid_signature"],
    [
      "signed 5 minutes and a bit ago",
      () => signed(bodyOf("evt_forged"), { at: new Date(Date.now() - 5 * minuteMs - 2000) }),
      "stale_timestamp",
    ],
    [
      "signed in 5 minutes and a bit",
      () => signed(bodyOf("evt_forged"), { at: new Date(Date.now() + 5 * minuteMs + 2000) }),
      "stale_timestamp",
    ],
    ["signed, but no event", () => signed("[1]"), "validation_failed"],
    ["signed, but not JSON", () => signed("\u0000"), "validation_failed"],
  ])("%s: refused and counted, and nothing is stored", async ([, request, code]) => {
    const refused = async () =>
      Number(
        new RegExp(`refused_total\\{plugin="hooked",code="${code}"\\} (\\d+)`).exec(
          await app.services.metrics.registry.metrics(),
        )?.[1] ?? 0,
      );
    const before = [(await stored()).length, await refused()] as const;
    expect(await send(request())).toMatchObject({ status: 400, body: { code } });
    expect([(await stored()).length, await refused()]).toEqual([before[0], before[1] + 1]);
  });

  test("a plugin that is not there, or receives no webhooks, is not found", async () => {
    for (const plugin of ["whop", "minimax", "__proto__", "constructor"]) {
      expect(await send(good(), plugin)).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
  });

  test("too large, and packed so that it could become larger, are refused unread", async () => {
    expect((await send(signed("x".repeat(1_000_001)))).status).toBe(413);
    const packed = { raw: gzipSync(bodyOf("evt_forged")), headers: { ...good().headers, "Content-Encoding": "gzip" } };
    expect((await send(packed)).status).toBe(415);
  });

  test("a replay answers 200, is logged, and is not processed again, also when it is signed anew", async () => {
    const body = bodyOf("evt_again");
    const first = signed(body);
    expect([(await send(first)).status, (await send(first)).status]).toEqual([202, 200]);
    expect((await send(signed(body, { at: new Date(Date.now() - minuteMs) }))).status).toBe(200);
    expect(
      app
        .logged()
        .split("\n")
        .filter((line) => line.includes('"skipped replay"') && line.includes("evt_again")),
    ).toHaveLength(2);
    await expect.poll(() => processedWith("evt_again").length, { timeout: 10_000 }).toBe(1);
  });

  test("the same event 50 times at once is stored and processed once", async () => {
    const body = bodyOf("evt_crowd");
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(signed(body))));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 49 }, () => 200),
      202,
    ]);
    await expect.poll(() => processedWith("evt_crowd").length, { timeout: 10_000 }).toBe(1);
    await send(signed(bodyOf("evt_after_crowd")));
    await expect.poll(() => processedWith("evt_after_crowd").length, { timeout: 10_000 }).toBe(1);
    expect(processedWith("evt_crowd")).toHaveLength(1);
  });

  test("what the simulator signs belongs to the sandbox, and is another event than the live one of the same id", async () => {
    const key = deriveSecret(app.services.config.masterKeys, "simulator webhooks of hooked").toString("base64");
    expect((await send(signed(bodyOf("evt_both")))).status).toBe(202);
    expect((await send(signed(bodyOf("evt_both"), { secret: `whsec_${key}` }))).status).toBe(202);
    await expect
      .poll(
        () =>
          processedWith("evt_both")
            .map(({ mode }) => mode)
            .toSorted(),
        { timeout: 10_000 },
      )
      .toEqual(["live", "test"]);
  });

  test("it has a limit of its own, by address", async () => {
    const { headers } = await send(signed(bodyOf("evt_limit")));
    expect(headers["ratelimit-policy"]).toContain("address-hooks");
    expect(headers["x-ratelimit-limit"]).toBe("1200");
  });

  test("without its secret the simulator's is still known, and a live signature is none", async () => {
    const other = await startTestApp({ env: { PLUGINS: "minimax,hooked" }, pluginSource: hookedSource, worker: false });
    const answer = await other.request("post", "/hooks/hooked", signed(bodyOf("evt_1")));
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_signature" } });
    await other.close();
  });
});
