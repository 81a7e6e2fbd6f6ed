import type { components } from "../../generated/openapi.types.ts";
import type { Statement } from "../../platform/db/index.ts";
import { type CellRow, selectCells, type UsageFilter } from "./cells.ts";
import { csvOf } from "./csv.ts";
import { foldCells, noFigures } from "./figures.ts";
import type { Granularity, stepsOf } from "./range.ts";

type UsageTimeSeries = components["schemas"]["UsageTimeSeries"];

export interface TimeSeriesQuestion {
  steps: ReturnType<typeof stepsOf>;
  granularity: Granularity;
  filter: UsageFilter;
  now: Date;
  csv: boolean;
  read: <T extends object>(statement: Statement) => Promise<T[]>;
}

/** The answer to getUsageTimeSeries and to its sister for administrators: every step of the time, also those without requests. */
export async function answerTimeSeries({ steps, granularity, filter, now, csv, read }: TimeSeriesQuestion) {
  const { totals, groups } = foldCells(await read<CellRow>(selectCells(granularity, filter, steps, now)));
  const points = steps.starts.map((start) => {
    const text = start.toISOString();
    return { label: text, figures: groups.get(text.slice(0, 16)) ?? noFigures() };
  });
  if (csv) return csvOf("starts_at", points, `usage-per-${granularity}`);
  const body: UsageTimeSeries = {
    object: "usage_time_series",
    since: steps.since.toISOString(),
    until: steps.until.toISOString(),
    granularity,
    totals,
    points: points.map(({ label, figures }) => ({ starts_at: label, ...figures })),
  };
  return { status: 200 as const, body };
}
