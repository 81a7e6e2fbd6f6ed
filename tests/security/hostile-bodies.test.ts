import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type Answer, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** One caller with a body that is allowed in size must not hold the process up, nor get a 500 out of it. */
let app: TestApp;
let account: TestAccount;
beforeAll(async () => {
  // As in production: the reference validator of development is slow on its own.
  app = await startTestApp({ worker: false, env: { VALIDATE_RESPONSES: "false" } });
  account = await app.signUp();
});
afterAll(() => app?.close());

async function refused(path: string, raw: string): Promise<Answer> {
  const startedAt = performance.now();
  const answer = await app.request("post", path, {
    key: account.testKey,
    raw,
    headers: { "Content-Type": "application/json" },
  });
  // Milliseconds; what was wrong took half a minute.
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(answer).toMatchObject({ status: 400, body: { code: "validation_failed" } });
  return answer;
}
const numbers = (count: number, valueOf: (index: number) => number) =>
  JSON.stringify(Array.from({ length: count }, (_, index) => valueOf(index)));

test.for([
  ["/v1/api-keys", "scopes", '"name":"x"'],
  ["/v1/webhooks", "event_types", '"url":"https://example.com/"'],
] as const)("a list of 130,000 different items is refused quickly: POST %s", async ([path, field, rest]) => {
  const answer = await refused(path, `{${rest},"${field}":${numbers(130_000, (index) => index)}}`);
  expect(answer.body["errors"]).toContainEqual(
    expect.objectContaining({ path: `/body/${field}`, code: "too_many_items" }),
  );
});

test("as many mistakes as fit into a body are 400, and only the first ones are listed", async () => {
  const wrong = await refused("/v1/api-keys", `{"name":"x","scopes":${numbers(400_000, () => 1)}}`);
  expect(wrong.body["errors"]).toHaveLength(20);
  const unknown = await refused(
    "/v1/api-keys",
    JSON.stringify(Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`k${index}`, 1]))),
  );
  expect(unknown.body["errors"]).toHaveLength(20);
});

test("a deeply nested body is refused", async () => {
  const answer = await refused("/v1/generate", `{"prompt":${"[".repeat(200_000)}${"]".repeat(200_000)}}`);
  expect(answer.body["errors"]).toContainEqual(expect.objectContaining({ path: "/body/prompt", code: "type" }));
});

test("the same item twice is refused by name", async () => {
  const answer = await app.request("post", "/v1/api-keys", {
    key: account.testKey,
    body: { name: "x", scopes: ["tracks:read", "tracks:read"] },
  });
  expect(answer.status).toBe(400);
  expect(answer.body["errors"]).toEqual([
    { path: "/body/scopes", code: "not_unique", message: "must NOT have duplicate items" },
  ]);
});

test.for(["2016-12-31T23:59:60Z", "2026-02-30T00:00:00", "2026-11-21 08:30:00Z"])(
  "a time that is none, %s, is named",
  async (since) => {
    const created = await app.request("post", "/v1/webhooks", {
      key: account.testKey,
      body: { url: "https://example.com/hooks" },
    });
    const path = `/v1/webhooks/${String(created.body["id"])}/deliveries?since=${encodeURIComponent(since)}`;
    const answer = await app.request("get", path, { key: account.testKey });
    expect(answer.status).toBe(400);
    expect(answer.body["errors"]).toEqual([expect.objectContaining({ path: "/query/since", code: "format" })]);
  },
);
