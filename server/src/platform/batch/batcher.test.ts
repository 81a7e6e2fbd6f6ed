import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBatcher } from "./index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Records the batches; each ends when the test says so. */
function setUp(options: { restMs?: number; sizeMax?: number } = {}) {
  const batches: string[][] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const batcher = createBatcher<string>({
    ...options,
    waitMs: 5,
    run: (items) => {
      batches.push(items);
      const end = Promise.withResolvers<void>();
      ends.push(end);
      return end.promise;
    },
  });
  return { batcher, batches, ends };
}

test("what comes together leaves together, and settles as its batch does", async () => {
  const { batcher, batches, ends } = setUp();
  const first = Promise.allSettled([batcher.add("a"), batcher.add("b")]);
  await vi.advanceTimersByTimeAsync(4);
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([["a", "b"]]);
  const second = batcher.add("c");
  ends[0]?.reject(new Error("no connection"));
  expect(await first).toMatchObject([
    { reason: { message: "no connection" } },
    { reason: { message: "no connection" } },
  ]);
  await vi.advanceTimersByTimeAsync(0);
  ends[1]?.resolve();
  await second;
  expect(batches).toEqual([["a", "b"], ["c"]]);
});

test("while a batch is under way the next gathers, and leaves at once in pieces of its greatest size", async () => {
  const { batcher, batches, ends } = setUp({ sizeMax: 2 });
  const all = [batcher.add("a")];
  await vi.advanceTimersByTimeAsync(5);
  all.push(...["b", "c", "d"].map((item) => batcher.add(item)));
  await vi.advanceTimersByTimeAsync(100);
  expect(batches).toEqual([["a"]]);
  for (let round = 0; round < 3; round += 1) {
    ends[round]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
  }
  await Promise.all(all);
  expect(batches).toEqual([["a"], ["b", "c"], ["d"]]);
});

test("with a rest, what gathered meanwhile waits for more", async () => {
  const { batcher, batches, ends } = setUp({ restMs: 5 });
  const all = [batcher.add("a")];
  await vi.advanceTimersByTimeAsync(5);
  all.push(batcher.add("b"));
  ends[0]?.resolve();
  await vi.advanceTimersByTimeAsync(4);
  all.push(batcher.add("c"));
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([["a"], ["b", "c"]]);
  ends[1]?.resolve();
  await Promise.all(all);
});

test("stopping waits for the batch under way and drops what has not left", async () => {
  const { batcher, batches, ends } = setUp();
  const leaving = batcher.add("a");
  await vi.advanceTimersByTimeAsync(5);
  const dropped = batcher.add("b").catch(String);
  const stopped = batcher.stop();
  expect(await dropped).toMatch("stopped before this item left");
  ends[0]?.resolve();
  await Promise.all([leaving, stopped]);
  await vi.advanceTimersByTimeAsync(100);
  expect(batches).toEqual([["a"]]);
});
