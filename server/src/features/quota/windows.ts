/** A month and an hour of the UTC calendar, in ms since 1970; the ends belong to the next ones. */
export interface Windows {
  monthStart: number;
  monthEnd: number;
  hourStart: number;
  hourEnd: number;
}

const HOUR_MS = 60 * 60 * 1000;

export function windowsAt(now: number): Windows {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const hourStart = now - (now % HOUR_MS);
  return { monthStart: Date.UTC(year, month), monthEnd: Date.UTC(year, month + 1), hourStart, hourEnd: hourStart + HOUR_MS };
}
