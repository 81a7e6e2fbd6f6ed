import fc from "fast-check";
import { expect, test } from "vitest";
import { judge } from "./outcome.ts";
import { nextAttemptAt, parseRetryAfter, retryDelaysMs } from "./schedule.ts";

const now = new Date("2026-11-21T08:00:00.000Z");
const hourMs = 3_600_000;

test("every wait is the published one, stretched by less than a fifth; after the last there is none", () => {
  const attemptsMade = fc.integer({ min: 1, max: 30 });
  const shares = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(attemptsMade, shares, (attempts, share) => {
      const next = nextAttemptAt({ attempts, now, retryAfterMs: null, random: () => share });
      const published = retryDelaysMs[attempts - 1];
      if (published === undefined) return next === null;
      const wait = (next?.getTime() ?? 0) - now.getTime();
      return wait >= published && wait <= published * 1.2;
    }),
  );
});

test("a wait that the receiver asked for is never cut short, and never longer than a day", () => {
  const next = (retryAfterMs: number) => nextAttemptAt({ attempts: 1, now, retryAfterMs, random: () => 0 })?.getTime();
  expect(next(90_000)).toBe(now.getTime() + 90_000);
  expect(next(10)).toBe(now.getTime() + 1_000);
  expect(parseRetryAfter("999999999", now)).toBe(24 * hourMs);
});

test("Retry-After is read as seconds or as a date; anything else is ignored", () => {
  expect(parseRetryAfter("120", now)).toBe(120_000);
  expect(parseRetryAfter("Sat, 21 Nov 2026 08:01:00 GMT", now)).toBe(60_000);
  expect(parseRetryAfter("Sat, 21 Nov 2026 07:00:00 GMT", now)).toBe(0);
  const unusable = ["soon", "", "-5", "1.5", ["1", "2"], undefined];
  expect(unusable.map((value) => parseRetryAfter(value, now))).toEqual(Array(6).fill(null));
});

test("only 2xx is success, and Retry-After counts for 429 and 503 only", () => {
  const of = (statusCode: number, retryAfter?: string) =>
    judge(
      { statusCode, headers: { "retry-after": retryAfter }, body: Buffer.alloc(0), error: null, durationMs: 1 },
      { attempts: 1, now, random: () => 0 },
    );
  expect([200, 201, 204, 299].map((status) => of(status).verdict)).toEqual(Array(4).fill("success"));
  const failures = [300, 301, 304, 400, 401, 404, 500, 502];
  expect(failures.map((status) => of(status, "60").verdict)).toEqual(failures.map(() => "failure"));
  expect(of(410)).toMatchObject({ verdict: "gone", status: "failed", nextAttemptAt: null });
  expect([of(429, "60"), of(503, "60")].map(({ retryAfterMs }) => retryAfterMs)).toEqual([60_000, 60_000]);
  expect([of(429).verdict, of(503).verdict, of(500, "60").retryAfterMs]).toEqual(["throttled", "failure", null]);
});
