/** What was sent in the second before `at`, in 50 ms steps, the latest first: how one drain tells the next. */
export interface RecentSends {
  counts: number[];
  at: Date;
}

export interface Pace {
  /** Milliseconds until one more may be sent; 0: now. `limit` per second; null: no limit. */
  wait(now: Date, limit: number | null): number;
  sent(now: Date): void;
  /** Sent in the last second. */
  lastSecond(now: Date): number;
  state(now: Date): RecentSends;
}

const WINDOW_MS = 1_000;
const STEP_MS = 50;

/**
 * Counts what one endpoint was sent in the last second: no second, wherever it begins, sees more than the limit.
 * A drain that goes on where another ended takes each step's requests as sent at its end, so that it may
 * send one step too late and never too early.
 */
export function createPace(before: RecentSends | null): Pace {
  const times: number[] = [];
  if (before !== null) {
    const at = before.at.getTime();
    for (const [step, count] of [...before.counts.entries()].toReversed()) {
      for (let nth = 0; nth < count; nth += 1) times.push(at - step * STEP_MS);
    }
  }
  const forget = (now: number): void => {
    let old = 0;
    while ((times[old] ?? Infinity) <= now - WINDOW_MS) old += 1;
    if (old > 0) times.splice(0, old);
  };

  return {
    wait(at, limit) {
      if (limit === null) return 0;
      const now = at.getTime();
      forget(now);
      const blocking = times[times.length - limit];
      return blocking === undefined ? 0 : blocking + WINDOW_MS - now;
    },
    sent(now) {
      times.push(now.getTime());
      if (times.length % 4_096 === 0) forget(now.getTime());
    },
    lastSecond(now) {
      forget(now.getTime());
      return times.length;
    },
    state(now) {
      forget(now.getTime());
      const counts = Array.from({ length: WINDOW_MS / STEP_MS }, () => 0);
      for (const time of times) {
        const step = Math.min(Math.max(Math.floor((now.getTime() - time) / STEP_MS), 0), counts.length - 1);
        counts[step] = (counts[step] ?? 0) + 1;
      }
      return { counts, at: now };
    },
  };
}

/** Of two limits, null being none. */
export function lesser(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
