import { APIConnectionError, APIError } from "../errors.ts";

/** Ceiling of the first backoff; it doubles with each attempt. */
const BACKOFF_BASE_MS = 500;
const BACKOFF_MAX_MS = 8_000;
/** A longer wait asked by the server is the caller's decision (`error.retryAfterMs`), not a silent pause in here. */
const RETRY_AFTER_MAX_MS = 60_000;

/** May this failure be tried again? `repeatable`: doing the request twice has the effect of doing it once. */
export function isRetryable(error: unknown, repeatable: boolean): boolean {
  if (error instanceof APIConnectionError) return repeatable;
  if (!(error instanceof APIError)) return false;
  // Refused before any effect, so even a request that must not run twice may go again.
  if (error.status === 429) return true;
  if (error.status === 409) return error.code === "idempotency_in_progress";
  return repeatable && (error.status === 408 || error.status >= 500);
}

/**
 * Milliseconds to wait before try number `attempt + 1`, or null when waiting would take too long.
 * `Retry-After` wins; otherwise exponential backoff with full jitter, which spreads clients that failed together.
 */
export function retryDelayMs(error: unknown, attempt: number, random: () => number = Math.random): number | null {
  const asked = error instanceof APIError ? error.retryAfterMs : null;
  if (asked !== null) return asked <= RETRY_AFTER_MAX_MS ? asked : null;
  return Math.round(random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** attempt));
}
