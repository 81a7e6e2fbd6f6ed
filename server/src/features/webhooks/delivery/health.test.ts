import { expect, test } from "vitest";
import { createHealth, type HealthState } from "./health.ts";

const now = new Date("2026-11-21T08:00:00.000Z");
const unknown: HealthState = {
  failures: 0,
  trips: 0,
  slots: null,
  rate: null,
  restingUntil: null,
  failingSince: null,
  failingAttempts: 0,
};
const failed = { verdict: "failure", retryAfterMs: null } as const;
const succeeded = { verdict: "success", retryAfterMs: null } as const;
const throttled = (retryAfterMs: number | null) => ({ verdict: "throttled", retryAfterMs }) as const;
const restOf = ({ restingUntil }: HealthState) => restingUntil && (restingUntil.getTime() - now.getTime()) / 1_000;

test("ten failures in a row open the circuit; one success in between does not let it come to that", () => {
  const health = createHealth(unknown, 16, () => 40);
  for (let count = 0; count < 9; count += 1) expect(health.note(failed, now)).toBe(false);
  health.note(succeeded, now);
  for (let count = 0; count < 9; count += 1) expect(health.note(failed, now)).toBe(false);
  expect(health.note(failed, now)).toBe(true);
  expect(restOf(health.state())).toBe(30);
});

test("answers that were under way when the circuit opened do not lengthen the rest", () => {
  const health = createHealth(unknown, 16, () => 40);
  for (let count = 0; count < 26; count += 1) health.note(failed, now);
  expect(health.state()).toMatchObject({ failures: 10, trips: 1 });
  expect(restOf(health.state())).toBe(30);
});

test("after a rest one request probes; each failed probe doubles the rest up to ten minutes, a success ends it", () => {
  let state: HealthState = { ...unknown, failures: 10, trips: 1 };
  const rests: (number | null)[] = [];
  for (let count = 0; count < 6; count += 1) {
    const health = createHealth(state, 16, () => 40);
    expect(health.slots()).toBe(1);
    health.note(failed, now);
    state = health.state();
    rests.push(restOf(state));
  }
  expect(rests).toEqual([60, 120, 240, 480, 600, 600]);
  const health = createHealth(state, 16, () => 40);
  expect(health.note(succeeded, now)).toBe(false);
  expect(health.state()).toMatchObject({ failures: 0, trips: 0, restingUntil: null });
});

test("a 429 halves the requests at once and each success gives one back", () => {
  const health = createHealth(unknown, 16, () => 40);
  expect(health.note(throttled(null), now)).toBe(true);
  expect(health.state()).toMatchObject({ slots: 8, failures: 0 });
  expect(restOf(health.state())).toBe(1);
  const later = createHealth(health.state(), 16, () => 40);
  for (let count = 0; count < 3; count += 1) later.note(succeeded, now);
  expect(later.slots()).toBe(11);
});

test("a 429 halves the rate of the last second, again while they come, and it grows by 5 a second until it is forgotten", () => {
  const health = createHealth(unknown, 16, () => 40);
  expect(health.rate()).toBeNull();
  health.note(throttled(null), now);
  health.note(throttled(null), now);
  expect(health.rate()).toBe(20);
  const again = createHealth(health.state(), 16, () => 15);
  again.note(throttled(null), now);
  expect(again.rate()).toBe(7);
  const later = createHealth(again.state(), 16, () => 0);
  for (let second = 0; second < 3; second += 1) {
    const rate = later.rate() ?? 0;
    for (let count = 0; count < rate; count += 1) later.note(succeeded, now);
  }
  expect(later.rate()).toBeGreaterThanOrEqual(18);
  expect(later.rate()).toBeLessThanOrEqual(23);
  for (let count = 0; count < 120_000; count += 1) later.note(succeeded, now);
  expect(later.rate()).toBeNull();
});

test("an endpoint may ask for at most ten minutes of rest for all its deliveries", () => {
  const health = createHealth(unknown, 16, () => 40);
  health.note(throttled(86_400_000), now);
  expect(restOf(health.state())).toBe(600);
});
