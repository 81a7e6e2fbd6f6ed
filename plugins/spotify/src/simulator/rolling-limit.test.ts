import { expect, test } from "vitest";
import { RollingLimit } from "./rolling-limit.ts";

test("the window rolls: a call is free again when the oldest one is out of it", () => {
  const limit = new RollingLimit({ max: 2, windowMs: 30_000 });
  expect([0, 10_000, 20_000, 29_999, 30_000, 30_001].map((now) => limit.take(now))).toEqual([0, 0, 10, 1, 0, 10]);
});
