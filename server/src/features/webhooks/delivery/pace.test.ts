import fc from "fast-check";
import { expect, test } from "vitest";
import { createPace, type RecentSends } from "./pace.ts";

const start = new Date("2026-11-21T08:00:00.000Z").getTime();
const most = (times: number[]): number =>
  Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + 1_000).length));

test("no second sees more than the limit, however the sends fall and however often another drain goes on", () => {
  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), handOver: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.array(step, { maxLength: 150 }), (limit, steps) => {
      const sent: number[] = [];
      let now = start;
      let recent: RecentSends | null = null;
      let pace = createPace(null);
      for (const { afterMs, handOver } of steps) {
        now += afterMs;
        if (handOver) {
          recent = pace.state(new Date(now));
          pace = createPace(recent);
        }
        if (pace.wait(new Date(now), limit) > 0) continue;
        pace.sent(new Date(now));
        sent.push(now);
      }
      expect(most(sent)).toBeLessThanOrEqual(limit);
    }),
  );
});

test("the limit is used up: who waits as long as told sends it in full every second", () => {
  const pace = createPace(null);
  const sent: number[] = [];
  for (let now = start; now < start + 10_000;) {
    const wait = pace.wait(new Date(now), 20);
    now += wait;
    if (wait > 0) continue;
    pace.sent(new Date(now));
    sent.push(now);
  }
  expect(sent.length).toBe(200);
  expect(most(sent)).toBe(20);
});

test("a hand-over costs at most one step of 50 ms", () => {
  const pace = createPace(null);
  pace.sent(new Date(start));
  const later = new Date(start + 930);
  const wait = createPace(pace.state(later)).wait(later, 1);
  expect(wait).toBeGreaterThanOrEqual(70);
  expect(wait).toBeLessThanOrEqual(120);
});
