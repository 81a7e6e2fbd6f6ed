import { inspect } from "node:util";
import { expect, test, vi } from "vitest";
import { APIConnectionError, MusicVerse } from "../src/index.ts";
import type { LogEntry } from "../src/index.ts";
import { redact } from "../src/transport/redact.ts";
import { cutOff, json, misbehave, problem } from "./misbehaving-server.ts";

vi.mock("../src/transport/sleep.ts", () => import("./recorded-sleep.ts"));

const token = `amv_session_${"Canary".repeat(6)}`;

test("the log tells about answers, retries and failures", async () => {
  const entries: LogEntry[] = [];
  await using server = await misbehave(
    cutOff,
    json({ data: [] }, 200, { "x-request-id": "req_9" }),
    problem(404, "not_found"),
  );
  const client = server.client({ log: (entry) => void entries.push(entry) });
  await client.tracks.list({ cursor: "cursor-canary" });
  await client.tracks.get("trk_1").catch(() => undefined);
  expect(entries).toMatchObject([
    {
      event: "retry",
      level: "warn",
      attempt: 0,
      method: "GET",
      url: `${server.url}/v1/tracks`,
      delayMs: expect.any(Number),
    },
    {
      event: "response",
      level: "debug",
      attempt: 1,
      status: 200,
      requestId: "req_9",
      message: expect.stringMatching(/^GET \/v1\/tracks 200 in \d+ ms$/),
    },
    { event: "failure", level: "error", attempt: 0, error: "NotFoundError: 404 not_found" },
  ]);
});

test("no secret, header or body ever reaches the log", async () => {
  const entries: LogEntry[] = [];
  const leaky = problem(
    400,
    "validation_failed",
    { "set-cookie": "session=cookie-canary" },
    { detail: `prompt-canary and ${token}` },
  );
  await using server = await misbehave(
    json({ key: "amv_test_canarycanary", secret: "whsec_canarycanary" }, 201),
    leaky,
    cutOff,
  );
  const client = server.client({ apiKey: token, log: (entry) => void entries.push(entry) });
  await client.apiKeys.create({ name: "name-canary" });
  await client.generations
    .create({ prompt: "prompt-canary", lyrics: "lyrics-canary" }, { idempotencyKey: "key-canary" })
    .catch(() => undefined);
  await client.accounts.signIn({ email: "email-canary@example.com", password: "pw-canary" }).catch(() => undefined);
  const failing = server.client({
    apiKey: token,
    retriesMax: 0,
    log: (entry) => void entries.push(entry),
    fetch: async () => Promise.reject(new Error(`proxy http://user:pw-canary@proxy said no to Bearer ${token}`)),
  });
  await failing.tracks.list().catch(() => undefined);
  expect(entries.length).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify(entries)).not.toMatch(/canary/i);
});

test("what the caller aborted is no failure", async () => {
  const caller = new AbortController();
  const log = vi.fn<(entry: LogEntry) => void>();
  await using server = await misbehave(() => caller.abort(new APIConnectionError("my own reason")));
  await expect(server.client({ log }).tracks.get("trk_1", { signal: caller.signal })).rejects.toThrow("my own reason");
  expect(log).not.toHaveBeenCalled();
});

test("a log hook that throws does not break the request", async () => {
  await using server = await misbehave(json({ id: "trk_1" }));
  const client = server.client({
    log: () => {
      throw new Error("disk full");
    },
  });
  expect((await client.tracks.get("trk_1")).id).toBe("trk_1");
});

test("printing a client or an error shows no credentials", async () => {
  const client = new MusicVerse({ apiKey: token, baseUrl: "http://127.0.0.1:1", retriesMax: 0 });
  const error = await client.tracks.list().catch((thrown: unknown) => thrown);
  expect(
    inspect([client, error], { depth: 10, showHidden: true }) + JSON.stringify(client) + String(error),
  ).not.toContain("Canary");
});

test.each([
  ["amv_live_abc123 and amv_session_a-b_c", "amv_live_[hidden] and amv_session_[hidden]"],
  ["whsec_ab+/c==, next", "whsec_[hidden], next"],
  ["Authorization: Bearer abc.def", "Authorization: Bearer [hidden]"],
  ["http://user:pass@host/x", "http://[hidden]@host/x"],
  ["GET https://api.musicverse.dev/v1/tracks", "GET https://api.musicverse.dev/v1/tracks"],
])("%s", (text, expected) => {
  expect(redact(text)).toBe(expected);
});
