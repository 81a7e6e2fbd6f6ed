import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { settlesWithin, withTimeout } from "./index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => {});
const later = (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, "answer"));

test("an answer in time is passed on, and leaves no timer behind", async () => {
  const answered = withTimeout(later(99), 100);
  await vi.advanceTimersByTimeAsync(99);
  expect(await answered).toBe("answer");
  await expect(withTimeout(Promise.reject(new Error("refused")), 100)).rejects.toThrow("refused");
  expect(vi.getTimerCount()).toBe(0);
});

test("what takes longer is rejected and says what was missing", async () => {
  const both = Promise.allSettled([withTimeout(never(), 100, "the index did not load"), withTimeout(never(), 100)]);
  await vi.advanceTimersByTimeAsync(101);
  expect(await both).toMatchObject([
    { reason: { message: "the index did not load within 100 ms" } },
    { reason: { message: "no answer within 100 ms" } },
  ]);
});

test("an answer that lies ready when the process wakes up late counts as in time", async () => {
  vi.useRealTimers();
  const { port1, port2 } = new MessageChannel();
  const answered = withTimeout(new Promise((resolve) => port1.addEventListener("message", resolve)), 20);
  port1.start();
  port2.postMessage("answer");
  const wakesUp = performance.now() + 50;
  while (performance.now() < wakesUp);
  expect(await answered).toMatchObject({ data: "answer" });
  port1.close();
});

test("settling is told either way and never rejects", async () => {
  expect(await settlesWithin(Promise.resolve(), 100)).toBe(true);
  expect(await settlesWithin(Promise.reject(new Error("refused")), 100)).toBe(true);
  const hanging = settlesWithin(never(), 100);
  await vi.advanceTimersByTimeAsync(101);
  expect(await hanging).toBe(false);
});
