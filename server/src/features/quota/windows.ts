import { HOUR_MS } from "../../platform/time/index.ts";

/** A month and an hour of the UTC calendar, in ms since 1970; the ends belong to the next ones. */
export interface Windows {
  monthStart: number;
  monthEnd: number;
  hourStart: number;
  hourEnd: number;
  /** `yyyymmddhh` */
  name: string;
}

/** Of the hour that was asked for last, which is nearly always the one that is asked for next. */
let latest: Windows | null = null;

export function windowsAt(now: number): Windows {
  if (latest && now >= latest.hourStart && now < latest.hourEnd) return latest;
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const hourStart = now - (now % HOUR_MS);
  latest = {
    monthStart: Date.UTC(year, month),
    monthEnd: Date.UTC(year, month + 1),
    hourStart,
    hourEnd: hourStart + HOUR_MS,
    name: nameOf(date),
  };
  return latest;
}

function nameOf(date: Date): string {
  return date.toISOString().replaceAll(/\D/g, "").slice(0, "yyyymmddhh".length);
}
