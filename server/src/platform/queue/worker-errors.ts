import { LRUCache } from "lru-cache";
import type { Logger } from "pino";

/** Numbers that BullMQ gives to "this job is not mine any more": missing, lock lost, in another state, taken over. */
const LOST_JOB = new Set([-1, -2, -3, -6]);
const REPEAT_AFTER_MS = 60_000;

/**
 * BullMQ reports every failed try. A job lost to a flush, a restart or another worker is no news (its row decides, and
 * the sweeper brings it back); of the rest, an outage would repeat one message many times a second.
 */
export function workerErrors(log: Logger, queue: string): (error: Error & { code?: unknown }) => void {
  const lately = new LRUCache<string, true>({ max: 100, ttl: REPEAT_AFTER_MS });
  return (error) => {
    const lost = LOST_JOB.has(Number(error.code)) || error.message.startsWith("could not renew lock");
    const recent = lately.has(error.message);
    if (!lost) lately.set(error.message, true);
    log[lost || recent ? "debug" : "warn"]({ queue, err: error }, "queue error; the work goes on when it is over");
  };
}
