import { afterAll, beforeAll, expect, test } from "vitest";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** Hashing a password costs 19 MiB and a thread for a while; nobody gets to spend all of both. */
let app: TestApp;
let account: TestAccount;
beforeAll(async () => {
  app = await startTestApp({ worker: false, env: { TRUST_PROXY: "1" } });
  account = await app.signUp({ tier: "enterprise" });
});
afterAll(() => app?.close());

test("two hundred sign-ins at once: some are asked to come back in a second, and what needs the same threads is answered before the others", async () => {
  const form = new FormData();
  form.append("file", new Blob([wavOf({ seconds: 1 })]), "song.wav");
  const { body } = await app.request("post", "/v1/tracks", { key: account.liveKey, raw: form });
  let checked = 0;
  const flood = Array.from({ length: 200 }, async (_, index) => {
    const answer = await app.request("post", "/v1/sessions", {
      body: { email: `nobody-${index}@example.com`, password: "pw-canary" },
      headers: { "X-Forwarded-For": `2001:db8:${index.toString(16)}::1` },
    });
    if (answer.status === 401) checked += 1;
    return answer;
  });
  const refused = await Promise.race(
    flood.map(async (asked) => {
      const answer = await asked;
      return answer.status === 429 ? answer : new Promise<never>(() => undefined);
    }),
  );
  expect(refused).toMatchObject({ body: { code: "rate_limited" }, headers: { "retry-after": "1" } });
  // Reads a file, which is work for the same threads.
  const audio = await app.request("get", `/v1/tracks/${String(body["id"])}/audio`, { key: account.liveKey });
  expect(audio.status).toBe(200);
  expect(checked).toBeLessThan(90);
  const statuses = (await Promise.all(flood)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(100);
  // Waiting was no failure of anybody.
  expect(
    (await app.client(null).accounts.signIn({ email: account.email, password: "pw-canary-of-a-test" })).token,
  ).toContain("amv_session_");
});
