import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";

/** Without a token the platform's figures are for its own machine; a proxy on that machine speaks for strangers. */
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ worker: false });
});
afterAll(() => app?.close());

test("loopback reads the metrics", async () => {
  expect((await app.request("get", "/metrics")).status).toBe(200);
});

test.for([
  ["X-Forwarded-For", "203.0.113.9"],
  ["Forwarded", "for=203.0.113.9"],
] as const)("whoever comes through a local proxy does not: %s: %s", async ([name, value]) => {
  expect(await app.request("get", "/metrics", { headers: { [name]: value } })).toMatchObject({
    status: 401,
    body: { code: "unauthenticated" },
  });
});
