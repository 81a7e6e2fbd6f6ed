import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  APIConnectionError,
  APIError,
  ConflictError,
  InternalServerError,
  MusicVerseError,
  RateLimitError,
} from "../src/index.ts";
import { retryAfterMs } from "../src/transport/retry-after.ts";
import { retryDelayMs } from "../src/transport/retry.ts";
import { cutBody, cutOff, json, misbehave, problem } from "./misbehaving-server.ts";
import type { Step } from "./misbehaving-server.ts";
import { pauses } from "./recorded-sleep.ts";

vi.mock("../src/transport/sleep.ts", () => import("./recorded-sleep.ts"));
beforeEach(() => void pauses.splice(0));

const profile = { object: "profile", id: "acc_1" };

describe("a request that may be repeated succeeds after two failures", () => {
  const failures: [string, Step][] = [
    ["408", problem(408, "request_timeout")],
    ["409 idempotency_in_progress", problem(409, "idempotency_in_progress")],
    ["429", problem(429, "rate_limited")],
    ["500", problem(500, "internal_error")],
    [
      "502 from a proxy, HTML",
      (response) => void response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad Gateway</h1>"),
    ],
    ["503", problem(503, "not_ready")],
    ["504", problem(504, "timeout")],
    ["connection closed without an answer", cutOff],
    ["connection closed in the middle of the answer", cutBody],
  ];
  test.each(failures)("%s", async (_, failure) => {
    await using server = await misbehave(failure, failure, json(profile));
    expect(await server.client().accounts.getProfile()).toEqual(profile);
    expect(server.requests).toHaveLength(3);
    expect(pauses).toHaveLength(2);
  });
});

test.each([400, 401, 403, 404, 405, 413, 415, 422])("status %i is final at once", async (status) => {
  await using server = await misbehave(problem(status, "refused"));
  await expect(server.client().accounts.getProfile()).rejects.toBeInstanceOf(APIError);
  expect(server.requests).toHaveLength(1);
});

test("another 409 is final at once", async () => {
  await using server = await misbehave(problem(409, "generation_not_cancelable"));
  await expect(server.client().generations.cancel("gen_1")).rejects.toBeInstanceOf(ConflictError);
  expect(server.requests).toHaveLength(1);
});

test("after three tries the last failure is thrown", async () => {
  await using server = await misbehave(problem(500, "internal_error"));
  await expect(server.client().accounts.getProfile()).rejects.toBeInstanceOf(InternalServerError);
  expect(server.requests).toHaveLength(3);
});

test("retriesMax 0 means one try, for the client and for one request", async () => {
  await using server = await misbehave(problem(500, "internal_error"));
  await expect(server.client({ retriesMax: 0 }).accounts.getProfile()).rejects.toBeInstanceOf(APIError);
  expect(server.requests).toHaveLength(1);
  await expect(server.client({ retriesMax: 5 }).accounts.getProfile({ retriesMax: 0 })).rejects.toBeInstanceOf(
    APIError,
  );
  expect(server.requests).toHaveLength(2);
  await expect(server.client({ retriesMax: 0 }).accounts.getProfile({ retriesMax: 1 })).rejects.toBeInstanceOf(
    APIError,
  );
  expect(server.requests).toHaveLength(4);
});

describe("Retry-After", () => {
  test("seconds are waited exactly", async () => {
    await using server = await misbehave(problem(429, "rate_limited", { "retry-after": "7" }), json(profile));
    await server.client().accounts.getProfile();
    expect(pauses).toEqual([7_000]);
  });

  test("an HTTP date is waited for", async () => {
    const date = new Date(Date.now() + 20_000).toUTCString();
    await using server = await misbehave(problem(503, "not_ready", { "retry-after": date }), json(profile));
    await server.client().accounts.getProfile();
    expect(pauses[0]).toBeGreaterThan(17_000);
    expect(pauses[0]).toBeLessThanOrEqual(20_000);
  });

  test.each([
    ["0", 0],
    ["3", 3_000],
    ["1.5", 1_500],
    ["Wed, 21 Oct 2015 07:28:10 GMT", 10_000],
    ["Wed, 21 Oct 2015 07:27:00 GMT", 0],
    ["soon", null],
    ["-3", null],
    ["", null],
  ])("%j is %j ms", (value, expected) => {
    const now = Date.parse("Wed, 21 Oct 2015 07:28:00 GMT");
    expect(retryAfterMs(new Headers({ "retry-after": value }), now)).toBe(expected);
  });

  test("more than a minute is left to the caller, who is told how long", async () => {
    await using server = await misbehave(problem(429, "rate_limited", { "retry-after": "1800" }), json(profile));
    const error = await server
      .client()
      .accounts.getProfile()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toHaveProperty("retryAfterMs", 1_800_000);
    expect(server.requests).toHaveLength(1);
  });
});

test("without Retry-After the pause is anywhere between zero and a ceiling that doubles up to 8 s", () => {
  const failure = new APIConnectionError("gone");
  expect([0, 1, 2, 3, 4, 9].map((attempt) => retryDelayMs(failure, attempt, () => 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 8_000,
  ]);
  expect(retryDelayMs(failure, 9, () => 0)).toBe(0);
  expect(retryDelayMs(failure, 0, () => 0.5)).toBe(250);
});

describe("Idempotency-Key", () => {
  test("is made for a POST and kept over all its tries", async () => {
    await using server = await misbehave(cutOff, problem(500, "internal_error"), json({}, 202));
    await server.client().generations.create({ prompt: "prompt-canary" });
    const keys = server.requests.map((request) => request.headers["idempotency-key"]);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
  });

  test("differs between calls", async () => {
    await using server = await misbehave(json({}, 202));
    const client = server.client();
    await client.generations.create({ prompt: "one" });
    await client.generations.create({ prompt: "one" });
    expect(server.requests[0]?.headers["idempotency-key"]).not.toBe(server.requests[1]?.headers["idempotency-key"]);
  });

  test("can be chosen by the caller", async () => {
    await using server = await misbehave(json({}, 202));
    await server.client().generations.create({ prompt: "one" }, { idempotencyKey: "order-17" });
    expect(server.requests[0]?.headers["idempotency-key"]).toBe("order-17");
  });

  test("is not sent where it has no meaning", async () => {
    await using server = await misbehave(json({ data: [], has_more: false, next_cursor: null }));
    await server.client().tracks.list();
    expect(server.requests[0]?.headers).not.toHaveProperty("idempotency-key");
  });
});

describe("a POST without idempotency (sign up) is not sent again when it may have had its effect", () => {
  const account = { email: "a@example.com", password: "pw-canary", name: "A" };
  test.each([
    ["cut off", cutOff],
    ["500", problem(500, "internal_error")],
    ["503", problem(503, "unavailable")],
    ["504", problem(504, "timeout")],
  ])("%s", async (_, failure) => {
    await using server = await misbehave(failure);
    await expect(server.client().accounts.signUp(account)).rejects.toBeInstanceOf(MusicVerseError);
    expect(server.requests).toHaveLength(1);
  });

  test("not even with a key, which the server would ignore", async () => {
    await using server = await misbehave(cutOff);
    const signUp = server.client().accounts.signUp(account, { idempotencyKey: "once" });
    await expect(signUp).rejects.toBeInstanceOf(MusicVerseError);
    expect(server.requests).toHaveLength(1);
  });

  test("but after 429 it is", async () => {
    await using server = await misbehave(problem(429, "rate_limited"), json({}, 201));
    await server.client().accounts.signUp(account);
    expect(server.requests).toHaveLength(2);
  });
});
