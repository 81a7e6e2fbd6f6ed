import { unwrapWebhook } from "@musicverse/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";
import { startReceiver, type ReceivedDelivery, type Receiver } from "../../server/test-kit/receiver.ts";

/** What somebody who overheard a delivery could do with it: nothing that the SDK lets through. */
let app: TestApp;
let receiver: Receiver;
let delivery: ReceivedDelivery;
let secret: string;
beforeAll(async () => {
  app = await startTestApp();
  receiver = await startReceiver();
  const account = await app.signUp();
  ({ secret } = await account.test.webhooks.create({ url: receiver.url }));
  delivery = await receiver.next(({ event }) => event.type === "webhook.test");
});
afterAll(async () => {
  await receiver?.close();
  await app?.close();
});

const unwrap = (change: { body?: string; headers?: Record<string, string> } = {}) =>
  unwrapWebhook(change.body ?? delivery.body, { ...delivery.headers, ...change.headers }, secret);

test("the delivery itself is good", async () => {
  expect(await unwrap()).toMatchObject({ type: "webhook.test", id: delivery.headers["webhook-id"] });
});

test("a body, id or time that was changed is refused", async () => {
  await expect(unwrap({ body: delivery.body.replace("webhook.test", "track.deleted") })).rejects.toMatchObject({
    reason: "signature_mismatch",
  });
  await expect(unwrap({ headers: { "webhook-id": "evt_00000000000000000000000000" } })).rejects.toMatchObject({
    reason: "signature_mismatch",
  });
  await expect(
    unwrap({ headers: { "webhook-timestamp": String(Number(delivery.headers["webhook-timestamp"]) + 1) } }),
  ).rejects.toMatchObject({ reason: "signature_mismatch" });
  await expect(unwrap({ headers: { "webhook-signature": "v1,AAAA" } })).rejects.toMatchObject({
    reason: "signature_mismatch",
  });
  await expect(
    unwrap({ headers: { "webhook-signature": delivery.headers["webhook-signature"]?.replace("v1,", "v1a,") ?? "" } }),
  ).rejects.toMatchObject({ reason: "signature_mismatch" });
});

test("the same delivery more than five minutes later is refused", async () => {
  const now = () => Date.now() + 5 * 60_000 + 2_000;
  await expect(unwrapWebhook(delivery.body, delivery.headers, secret, { now })).rejects.toMatchObject({
    reason: "timestamp_out_of_tolerance",
  });
});
