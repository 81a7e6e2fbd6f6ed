/**
 * The `Retry-After` of an answer in milliseconds from `now`, or null when absent or unreadable.
 * Both forms of RFC 9110 section 10.2.3 are read: seconds and an HTTP date (a past one gives 0).
 */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const value = headers.get("retry-after")?.trim();
  if (!value) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  // Date.parse also makes a year of "-3".
  const at = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
