import { invalidField } from "../../platform/http/problem.ts";
import type { UsageRange } from "./cells.ts";
import { DAYS_KEPT, MONTHS_KEPT } from "./maintenance.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../platform/time/index.ts";

export const stepMs = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const;
export type Granularity = keyof typeof stepMs;

/** Most points of one time series. */
const POINTS_MAX = 1_500;
const RANGE_MAX_DAYS = 400;

interface Asked {
  since?: string | undefined;
  until?: string | undefined;
}

/**
 * The whole minutes that a request asks about, by default the last `defaultMs`: `since` down to its minute, `until` up to
 * its. Older than what is kept one by one, whole hours. A validation problem names what cannot be answered.
 */
export function rangeOf(asked: Asked, now: Date, defaultMs: number): UsageRange {
  const until = asked.until === undefined ? now.getTime() : timeOf(asked.until);
  const since = asked.since === undefined ? until - defaultMs : timeOf(asked.since);
  if (since >= until)
    throw invalidField(
      "/query/since",
      "not_before_until",
      "Give a time before until, which is now when it is left out.",
    );
  if (until - since > RANGE_MAX_DAYS * DAY_MS)
    throw invalidField(
      "/query/since",
      "range_too_long",
      `Ask for at most ${RANGE_MAX_DAYS} days at once; figures are kept ${MONTHS_KEPT} months.`,
    );
  const finest = now.getTime() - DAYS_KEPT * DAY_MS;
  return {
    since: new Date(floor(since, since < finest ? HOUR_MS : MINUTE_MS)),
    until: new Date(ceil(until, until < finest ? HOUR_MS : MINUTE_MS)),
  };
}

/** The same, in whole steps of a time series, with the start of each. */
export function stepsOf(
  asked: Asked & { granularity: Granularity },
  now: Date,
  defaultMs: number,
): UsageRange & { starts: Date[] } {
  const { since, until } = rangeOf(asked, now, defaultMs);
  const step = stepMs[asked.granularity];
  if (step < HOUR_MS && since.getTime() < now.getTime() - DAYS_KEPT * DAY_MS) {
    throw invalidField(
      "/query/since",
      "too_old_for_granularity",
      `Minutes are kept ${DAYS_KEPT} days. Ask for hours or days, or for a later time.`,
    );
  }
  const [first, end] = [floor(since.getTime(), step), ceil(until.getTime(), step)];
  const points = (end - first) / step;
  if (points > POINTS_MAX)
    throw invalidField(
      "/query/granularity",
      "too_many_points",
      `This would be ${points} points; ask for at most ${POINTS_MAX}: a shorter time or a coarser granularity.`,
    );
  return {
    since: new Date(first),
    until: new Date(end),
    starts: Array.from({ length: points }, (_, index) => new Date(first + index * step)),
  };
}

function timeOf(text: string): number {
  return new Date(text).getTime();
}

const floor = (time: number, step: number): number => Math.floor(time / step) * step;
const ceil = (time: number, step: number): number => Math.ceil(time / step) * step;
