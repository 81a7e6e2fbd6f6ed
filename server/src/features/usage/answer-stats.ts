import type { components } from "../../generated/openapi.types.ts";
import { type CellRow, type Grouping, selectCells, type UsageFilter, type UsageRange } from "./cells.ts";
import { csvOf } from "./csv.ts";
import { foldCells, type UsageFigures } from "./figures.ts";
import type { GenerationFigures } from "../generation/index.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { Statement } from "../../platform/db/index.ts";

type UsageStats = components["schemas"]["UsageStats"];

/** Groups shown at most, those with the most requests first. */
const GROUPS_MAX = 500;

export interface StatsQuestion {
  range: UsageRange;
  by: Grouping;
  filter: UsageFilter;
  now: Date;
  csv: boolean;
  read: <T extends object>(statement: Statement) => Promise<T[]>;
  generations: () => Promise<GenerationFigures>;
}

/** The answer to getUsageStats and to its sister for administrators; whose requests are read is for `read` to say. */
export async function answerStats({ range, by, filter, now, csv, read, generations }: StatsQuestion) {
  // A table has all groups, an answer the first of them.
  const { totals, groups, groupsCount } = foldCells(
    await read<CellRow>(selectCells(by, filter, range, now, csv ? null : GROUPS_MAX)),
  );
  const shown = [...groups]
    .toSorted(([nameA, a], [nameB, b]) => b.requests - a.requests || (nameA < nameB ? -1 : 1))
    .map(([label, figures]) => ({ label: publicLabel(by, label), figures }));
  if (csv) return csvOf(by, shown, `usage-by-${by}`);
  const body: UsageStats = {
    object: "usage_stats",
    since: range.since.toISOString(),
    until: range.until.toISOString(),
    totals,
    groups: by === "none" ? [] : shown.map(asGroup),
    groups_left_out: by === "none" ? 0 : groupsCount - shown.length,
    generations: await generations(),
  };
  return { status: 200 as const, body };
}

function asGroup({ label, figures }: { label: string | null; figures: UsageFigures }) {
  return { group: label, ...figures };
}

/** Ids as the API writes them; null for requests that have no such thing. */
function publicLabel(by: Grouping, label: string): string | null {
  if (label === "") return null;
  if (by === "api_key") return encodeId("key", label);
  if (by === "account") return /^[0-]*$/.test(label) ? null : encodeId("acc", label);
  return label;
}
