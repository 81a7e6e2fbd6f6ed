import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** Small bodies that want to become large ones. Deep and wide JSON: hostile-bodies.test.ts; answers of receivers: platform/egress. */
let app: TestApp;
let account: TestAccount;
beforeAll(async () => {
  app = await startTestApp({ worker: false });
  account = await app.signUp();
});
afterAll(() => app?.close());

const zeros = Buffer.concat([Buffer.from('{"prompt":"'), Buffer.alloc(200_000_000, 0x20), Buffer.from('"}')]);

test.for([
  ["gzip", gzipSync(zeros)],
  ["deflate", deflateSync(zeros)],
  ["br", brotliCompressSync(zeros.subarray(0, 20_000_000))],
] as const)(
  "a %s body that unpacks to hundreds of times its size is refused at the limit",
  async ([encoding, body]) => {
    expect(body.length).toBeLessThan(300_000);
    const before = process.memoryUsage.rss();
    const answer = await app.request("post", "/v1/generate", {
      key: account.testKey,
      raw: body,
      headers: { "Content-Type": "application/json", "Content-Encoding": encoding },
    });
    expect(answer).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    // It was not unpacked whole: that alone would be 200 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  },
);

test("encodings upon encodings, and unknown ones, are refused", async () => {
  for (const encoding of ["gzip, gzip", "zip", "identity, gzip"]) {
    const answer = await app.request("post", "/v1/generate", {
      key: account.testKey,
      raw: gzipSync(gzipSync("{}")),
      headers: { "Content-Type": "application/json", "Content-Encoding": encoding },
    });
    expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
  }
});
