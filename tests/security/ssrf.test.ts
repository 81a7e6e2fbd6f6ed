import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { startReceiver } from "../../server/test-kit/receiver.ts";

/** A subscriber's URL must not lead inside. Addresses, rebinding names and TLS: server/src/platform/egress. */
describe("as in production", () => {
  let app: TestApp;
  let account: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ env: { WEBHOOK_ALLOW_LOOPBACK: "false" } });
    account = await app.signUp();
  });
  afterAll(() => app?.close());

  test.for([
    "http://example.com/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://a.localhost/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://0.0.0.0/",
    "https://0/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://user:secret@example.com/",
    "https://example.com:22/",
    "https://example.com:6379/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript:alert(1)",
    "//example.com/",
    "https://",
    "https://exam ple.com/",
  ])("no webhook is created for, or moved to, %s", async (url) => {
    const answer = await app.request("post", "/v1/webhooks", { key: account.testKey, body: { url } });
    expect(answer).toMatchObject({ status: 400, body: { code: "validation_failed", errors: [{ path: "/body/url" }] } });
    expect((await account.test.webhooks.list()).data).toEqual([]);
  });
});

test("a redirect is never followed: what it points to hears nothing", async () => {
  const app = await startTestApp();
  const account = await app.signUp();
  let inside = 0;
  const secret = createServer((_request, response) => {
    inside += 1;
    response.end("secret");
  });
  await new Promise<void>((resolve) => secret.listen(0, "127.0.0.1", resolve));
  const receiver = await startReceiver();
  try {
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer((_request, response) =>
        response.writeHead(status, { Location: `http://127.0.0.1:${(secret.address() as AddressInfo).port}/` }).end(),
      );
      const webhook = await account.test.webhooks.create({ url: `${receiver.url}/${status}` });
      const deliveries = () => account.test.webhooks.listDeliveries(webhook.id).then(({ data }) => data[0]);
      await expect.poll(async () => (await deliveries())?.last_status_code).toBe(status);
      expect(await deliveries()).toMatchObject({ status: "pending", finished_at: null });
      await account.test.webhooks.update(webhook.id, { status: "paused" });
    }
    expect(inside).toBe(0);
  } finally {
    secret.close();
    await receiver.close();
    await app.close();
  }
});
