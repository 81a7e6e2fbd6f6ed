import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** Streams stay open for as long as a generation takes: one account must not take them all. */
let app: TestApp;
let account: TestAccount;
let id: string;
beforeAll(async () => {
  app = await startTestApp({ worker: false });
  account = await app.signUp();
  ({ id } = await account.test.generations.create({ prompt: "prompt-canary", instrumental: true }));
});
afterAll(() => app?.close());

async function open(key: string, generationId: string) {
  const hangUp = new AbortController();
  const response = await fetch(`${app.url}/v1/generations/${generationId}/events`, {
    headers: { Authorization: `Bearer ${key}` },
    signal: hangUp.signal,
  });
  return { response, hangUp: () => hangUp.abort() };
}

test("an account has at most 100 event streams open, others have theirs, and a closed one makes room", async () => {
  const streams = await Promise.all(Array.from({ length: 100 }, () => open(account.testKey, id)));
  expect(new Set(streams.map(({ response }) => response.status))).toEqual(new Set([200]));
  const refused = await app.request("get", `/v1/generations/${id}/events`, { key: account.testKey });
  expect(refused).toMatchObject({
    status: 429,
    headers: { "retry-after": "10" },
    body: { code: "rate_limited", detail: expect.stringContaining("100 event streams") },
  });

  const other = await app.signUp();
  const theirs = await other.test.generations.create({ prompt: "prompt-canary", instrumental: true });
  const stream = await open(other.testKey, theirs.id);
  expect(stream.response.status).toBe(200);
  stream.hangUp();

  streams.pop()?.hangUp();
  await expect
    .poll(async () => {
      const again = await open(account.testKey, id);
      streams.push(again);
      return again.response.status;
    })
    .toBe(200);
  for (const { hangUp } of streams) hangUp();
});
