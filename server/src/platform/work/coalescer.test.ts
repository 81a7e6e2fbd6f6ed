import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createCoalescer } from "./coalescer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pointer = (id: string) => ({ id, accountId: "account" });

function recorded() {
  const added: string[] = [];
  return { added, coalescer: createCoalescer(async (kindName, { id }) => void added.push(`${kindName} ${id}`)) };
}

test("a row asked for many times is enqueued at once and after the last ask, other rows are not held up", async () => {
  const { added, coalescer } = recorded();
  for (let count = 0; count < 5; count += 1) await coalescer.enqueue("drain", pointer("a"));
  await coalescer.enqueue("drain", pointer("b"));
  await coalescer.enqueue("other", pointer("a"));
  expect(added).toEqual(["drain a", "drain b", "other a"]);
  await vi.advanceTimersByTimeAsync(100);
  expect(added).toEqual(["drain a", "drain b", "other a", "drain a"]);
  await vi.advanceTimersByTimeAsync(100);
  await coalescer.enqueue("drain", pointer("a"));
  expect(added).toHaveLength(5);
});

test("what waits is enqueued when the process ends, what comes then at once, and no timer keeps the process", async () => {
  const { added, coalescer } = recorded();
  for (let count = 0; count < 3; count += 1) await coalescer.enqueue("drain", pointer("a"));
  await coalescer.enqueue("drain", pointer("b"));
  const closing = coalescer.close();
  for (let count = 0; count < 2; count += 1) await coalescer.enqueue("drain", pointer("late"));
  await closing;
  expect(added).toEqual(["drain a", "drain b", "drain a", "drain late", "drain late"]);
  expect(vi.getTimerCount()).toBe(0);
});
