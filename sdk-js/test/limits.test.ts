import { afterEach, expect, test, vi } from "vitest";
import { APIConnectionError, APITimeoutError } from "../src/index.ts";
import type { LogEntry } from "../src/index.ts";
import { hang, json, misbehave, problem, stall } from "./misbehaving-server.ts";

afterEach(() => void vi.restoreAllMocks());

test.each([
  ["no answer", hang],
  ["an answer that stops in its middle", stall],
])("timeoutMs ends a try that gets %s, and the next try has the full time again", async (_, step) => {
  await using server = await misbehave(step, json({ id: "trk_1" }));
  const track = await server.client({ timeoutMs: 60 }).tracks.get("trk_1", { retriesMax: 1 });
  expect(track.id).toBe("trk_1");
  expect(server.requests).toHaveLength(2);
});

test("after the last try the timeout is an error of its own that says what to do", async () => {
  await using server = await misbehave(hang);
  const error = await server
    .client({ timeoutMs: 5_000 })
    .tracks.get("trk_1", { timeoutMs: 30, retriesMax: 0 })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(APITimeoutError);
  expect(error).toBeInstanceOf(APIConnectionError);
  expect(String(error)).toContain("30 ms");
});

test("timeoutMs 0 sets no limit: no timer runs", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const mine = (): unknown[] => timers.mock.calls.filter(([, ms]) => ms === 4_321);
  await using server = await misbehave(json({}));
  await server.client({ timeoutMs: 4_321 }).tracks.get("trk_1");
  expect(mine()).toHaveLength(1);
  await server.client({ timeoutMs: 4_321 }).tracks.get("trk_1", { timeoutMs: 0 });
  await server.client({ timeoutMs: 0 }).tracks.get("trk_1");
  expect(mine()).toHaveLength(1);
  expect(timers.mock.calls.some(([, ms]) => ms === 0)).toBe(false);
});

test("a signal that is aborted already sends nothing", async () => {
  await using server = await misbehave(json({}));
  await expect(server.client().tracks.get("trk_1", { signal: AbortSignal.abort("changed my mind") })).rejects.toBe(
    "changed my mind",
  );
  expect(server.requests).toHaveLength(0);
});

test("aborting while the answer is awaited rejects with the signal's reason and does not try again", async () => {
  const caller = new AbortController();
  await using server = await misbehave(() => caller.abort(new Error("user left")));
  await expect(server.client().tracks.get("trk_1", { signal: caller.signal })).rejects.toThrow("user left");
  expect(server.requests).toHaveLength(1);
});

test("aborting in the pause between two tries ends it at once", async () => {
  const caller = new AbortController();
  const log = (entry: LogEntry): void =>
    void (entry.event === "retry" && setImmediate(() => caller.abort(new Error("user left"))));
  await using server = await misbehave(problem(429, "rate_limited", { "retry-after": "50" }));
  const startedAt = performance.now();
  await expect(server.client({ log }).tracks.get("trk_1", { signal: caller.signal })).rejects.toThrow("user left");
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(server.requests).toHaveLength(1);
});

test("a signal used for many requests collects no listeners", async () => {
  const caller = new AbortController();
  let listeners = 0;
  const { signal } = caller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => void ((listeners += 1), add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => void ((listeners -= 1), remove(...args));
  // The real fetch watches the signal of the try, never the caller's.
  await using server = await misbehave(json({}));
  const client = server.client();
  await client.tracks.get("trk_1", { signal });
  await (await client.tracks.downloadAudio("trk_1", {}, { signal })).arrayBuffer();
  expect(listeners).toBe(0);
});
