import { expect, test } from "vitest";
import { createBackoff } from "./backoff.ts";

const tries = [1, 2, 3, 4, 1000];

test("waits grow up to the longest, which is repeated", () => {
  expect(tries.map(createBackoff({ firstMs: 1_000, factor: 4, maxMs: 20_000, jitter: 0 }))).toEqual([
    1_000, 4_000, 16_000, 20_000, 20_000,
  ]);
  expect(tries.map(createBackoff({ delaysMs: [15, 60, 300], jitter: 0 }))).toEqual([15, 60, 300, 300, 300]);
});

test("jitter makes a wait longer by a part of its share, and never shorter", () => {
  const at = (random: number) => createBackoff({ delaysMs: [1_000], jitter: 0.2 }, () => random)(1);
  expect([at(0), at(0.5), at(1)]).toEqual([1_000, 1_100, 1_200]);
});

test("before the first try has failed the wait is the first one", () => {
  expect(createBackoff({ delaysMs: [15, 60], jitter: 0 })(0)).toBe(15);
});
