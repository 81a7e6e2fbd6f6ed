import { expect, test } from "vitest";
import { Breaker, type CallResult } from "./breaker.ts";

function breakerAt(start = 0) {
  let now = start;
  const breaker = new Breaker({ now: () => new Date(now) });
  const call = (result: CallResult): boolean => {
    const admission = breaker.admit();
    if (admission.admitted) admission.settle(result);
    return admission.admitted;
  };
  const calls = (count: number, result: CallResult): void => {
    for (let index = 0; index < count; index += 1) call(result);
  };
  return { breaker, call, calls, pass: (ms: number) => void (now += ms) };
}

test("opens at half of twenty calls, not before", () => {
  const { breaker, calls } = breakerAt();
  calls(10, "success");
  calls(9, "failure");
  expect(breaker.state()).toBe("closed");
  calls(1, "failure");
  expect(breaker.state()).toBe("open");
});

test("nineteen failures are too few, and those older than a minute do not count", () => {
  const { breaker, calls, pass } = breakerAt();
  calls(19, "failure");
  pass(61_000);
  calls(1, "failure");
  expect(breaker.state()).toBe("closed");
});

test("calls that say nothing about the provider are not counted", () => {
  const { breaker, calls } = breakerAt();
  calls(100, "neutral");
  calls(19, "failure");
  expect(breaker.state()).toBe("closed");
});

test("open for 30 s, then one probe at a time; its success closes", () => {
  const { breaker, calls, pass } = breakerAt();
  calls(20, "failure");
  expect(breaker.admit()).toEqual({ admitted: false, retryAt: new Date(30_000) });
  pass(30_000);
  expect(breaker.state()).toBe("half_open");
  const probe = breaker.admit();
  expect(probe.admitted).toBe(true);
  expect(breaker.admit()).toEqual({ admitted: false, retryAt: new Date(35_000) });
  if (probe.admitted) probe.settle("success");
  expect(breaker.state()).toBe("closed");
});

test("each failed probe doubles the rest, to ten minutes at most", () => {
  const { breaker, calls, call, pass } = breakerAt();
  calls(20, "failure");
  const rests: number[] = [];
  let now = 0;
  for (let round = 0; round < 7; round += 1) {
    const refused = breaker.admit();
    if (refused.admitted) throw new Error("should rest");
    const rest = refused.retryAt.getTime() - now;
    rests.push(rest / 1000);
    pass(rest);
    now += rest;
    expect(call("failure")).toBe(true);
  }
  expect(rests).toEqual([30, 60, 120, 240, 480, 600, 600]);
});

test("a probe that says nothing lets the next one try", () => {
  const { breaker, calls, call, pass } = breakerAt();
  calls(20, "failure");
  pass(30_000);
  call("neutral");
  expect(breaker.state()).toBe("half_open");
  expect(call("success")).toBe(true);
  expect(breaker.state()).toBe("closed");
});
