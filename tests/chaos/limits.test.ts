import { describe, expect, test } from "vitest";
import { measureOutage, type OutageResult } from "../../server/test-kit/limiter-outage.ts";
import { redisBinary } from "../../server/test-kit/redis-server.ts";

const missing = redisBinary() ? null : "no redis-server on the PATH";
if (missing) console.warn(`skipped: limits while Redis is away (${missing})`);

/** Redis goes away under load and comes back: never open, never dead, and exact again. */
describe.skipIf(missing)("limits while Redis is away", () => {
  const limit = 3000;
  const processes = 3;
  /** What was in flight between a process and Redis at the moment of the outage: known to one side only. */
  const inFlight = limit * 0.02;

  const show = (name: string, { before, alone, after, total, bound }: OutageResult) =>
    console.log(
      `${name}: limit ${limit}, admitted ${before} before + ${alone} alone + ${after} after = ${total}, bound ${bound}`,
    );

  test.each(["hang", "crash"] as const)(
    "%s, all processes in use: what is admitted in all stays at the limit",
    { timeout: 60_000 },
    async (outage) => {
      const result = await measureOutage({ outage, limit, processes, askedBefore: "all", usedBefore: 0.4 });
      show(outage, result);
      expect(result.failed).toBe(0);
      expect(result.alone).toBeGreaterThan(limit * 0.4);
      expect(result.total).toBeLessThanOrEqual(result.bound + inFlight);
      expect(result.total).toBeGreaterThan(limit * 0.95);
    },
  );

  test.each(["hang", "crash"] as const)(
    "%s, and processes that had not been asked before: at most their equal parts more",
    { timeout: 60_000 },
    async (outage) => {
      const result = await measureOutage({ outage, limit, processes, askedBefore: "one", usedBefore: 0.7 });
      show(`${outage}, one process in use`, result);
      expect(result.failed).toBe(0);
      expect(result.total).toBeLessThanOrEqual(result.bound + inFlight);
      expect(result.total).toBeLessThanOrEqual(2 * limit);
      // Nobody gets more when Redis is back: it knows of all that was admitted.
      expect(result.after).toBeLessThanOrEqual(inFlight);
    },
  );
});
