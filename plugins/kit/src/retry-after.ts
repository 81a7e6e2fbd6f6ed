/** Header names that say when to come back, with the form of their number. Seconds above 10⁹ are a date since 1970. */
const numericHeaders: Readonly<Record<string, 1 | 1000>> = {
  "retry-after": 1000,
  "retry-after-ms": 1,
  "x-retry-after": 1000,
  "x-ratelimit-reset": 1000,
  "x-ratelimit-reset-after": 1000,
  "x-rate-limit-reset": 1000,
  "ratelimit-reset": 1000,
};

const relativeSecondsMax = 1e9;
const epochSecondsMax = 1e11;

/**
 * One value in any form providers use: seconds (also fractional), epoch seconds or milliseconds, HTTP date (three
 * forms), ISO date. Null when it is none of them. `unitMs` is the length of one unit of a small number.
 */
export function retryAtFromText(value: string, now: Date, unitMs: 1 | 1000 = 1000): Date | null {
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (unitMs === 1 && number < epochSecondsMax) return dated(now.getTime() + number);
    if (number < relativeSecondsMax) return dated(now.getTime() + number * unitMs);
    return dated(number < epochSecondsMax ? number * 1000 : number);
  }
  // Date.parse takes "-1" and "2026" for years; a date has letters or at least yyyy-mm-dd.
  if (!/[a-z]/i.test(text) && !/^\d{4}-\d\d-\d\d/.test(text)) return null;
  return dated(Date.parse(/^\w{3} \w{3} [ \d]\d /.test(text) ? `${text} GMT` : text));
}

/** The latest moment that any known header names; null when none does. Names in lower case. */
export function retryAtFromHeaders(headers: Readonly<Record<string, string>>, now: Date): Date | null {
  const candidates = Object.entries(numericHeaders).flatMap(([name, unitMs]) => {
    const value = headers[name];
    return value === undefined ? [] : [retryAtFromText(value, now, unitMs)];
  });
  // RateLimit: limit=100, remaining=0, reset=50 and RateLimit: "default";r=0;t=50
  const structured = /(?:^|[\s,;])(?:reset|t)=(\d+)/.exec(headers["ratelimit"] ?? "")?.[1];
  if (structured) candidates.push(retryAtFromText(structured, now));
  const times = candidates.flatMap((date) => (date ? [date.getTime()] : []));
  return times.length === 0 ? null : new Date(Math.max(...times));
}

function dated(time: number): Date | null {
  return Math.abs(time) <= 8.64e15 ? new Date(time) : null;
}
