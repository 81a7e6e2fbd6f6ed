import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentLogger } from "../log/index.ts";
import { createLastUsedRecorder, type Use } from "./index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const use = (id: string, ip: string): Use => ({ accountId: "a", id, at: new Date(), ip });

function setup() {
  const written: Use[][] = [];
  const write = vi.fn(async (uses: Use[]) => void written.push(uses));
  return { written, write, recorder: createLastUsedRecorder({ write, log: silentLogger(), everyMs: 5_000 }) };
}

test("any number of uses is one write in five seconds, with the latest of each, in one order", async () => {
  const { written, recorder } = setup();
  for (let index = 0; index < 1000; index += 1) recorder.note(use(index % 2 ? "k1" : "k2", `address ${index}`));
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written.map((uses) => uses.map(({ id, ip }) => [id, ip]))).toEqual([
    [
      ["k1", "address 999"],
      ["k2", "address 998"],
    ],
  ]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toHaveLength(1);
});

test("what could not be written is written later, and nothing older in the place of something newer", async () => {
  const { written, write, recorder } = setup();
  write.mockRejectedValueOnce(new Error("the database is away"));
  recorder.note(use("k1", "old"));
  recorder.note(use("k2", "old"));
  await vi.advanceTimersByTimeAsync(5_000);
  recorder.note(use("k1", "new"));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written.map((uses) => uses.map(({ id, ip }) => [id, ip]))).toEqual([
    [
      ["k1", "new"],
      ["k2", "old"],
    ],
  ]);
});

test("closing writes what is left, after the write that is going on", async () => {
  const { written, write, recorder } = setup();
  const slow = Promise.withResolvers<void>();
  write.mockImplementationOnce(async (uses) => {
    await slow.promise;
    written.push(uses);
  });
  recorder.note(use("k1", "first"));
  await vi.advanceTimersByTimeAsync(5_000);
  recorder.note(use("k1", "second"));
  const closed = recorder.close();
  slow.resolve();
  await closed;
  expect(written.map(([one]) => one?.ip)).toEqual(["first", "second"]);
});
