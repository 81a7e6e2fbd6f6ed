const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits after the first, second … failed attempt. */
export const retryDelaysMs: readonly number[] = [
  second,
  2 * second,
  4 * second,
  8 * second,
  16 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  24 * hour,
];

/** Each wait is stretched by up to this share, so that deliveries which failed together do not come back together. */
const jitter = 0.2;

const retryAfterMaxMs = 24 * hour;

export interface FailedAttempt {
  /** Attempts made so far, this one included. */
  attempts: number;
  now: Date;
  /** What the receiver asked for, if it did. */
  retryAfterMs: number | null;
  /** 0 ≤ n < 1 */
  random: () => number;
}

/** When to try again, or null when no attempts are left. A wait asked for by the receiver is never cut short. */
export function nextAttemptAt({ attempts, now, retryAfterMs, random }: FailedAttempt): Date | null {
  const delayMs = retryDelaysMs[attempts - 1];
  if (delayMs === undefined) return null;
  const stretched = delayMs * (1 + jitter * random());
  return new Date(now.getTime() + Math.round(Math.max(stretched, retryAfterMs ?? 0)));
}

/** `Retry-After` (RFC 9110 §10.2.3: seconds or a date) in milliseconds from now, at most 24 h; null if unusable. */
export function parseRetryAfter(value: string | string[] | undefined, now: Date): number | null {
  if (typeof value !== "string") return null;
  const text = value.trim();
  // Date.parse alone reads almost anything as some date.
  const until = text.endsWith("GMT") ? Date.parse(text) - now.getTime() : Number.NaN;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * second : until;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), retryAfterMaxMs);
}
