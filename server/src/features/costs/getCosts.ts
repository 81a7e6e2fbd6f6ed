import type { components } from "../../generated/openapi.types.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Clock } from "../../platform/clock/index.ts";
import { csvAnswer, wantsCsv } from "../../platform/http/csv.ts";
import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { invalidField } from "../../platform/http/problem.ts";
import { decodeId, encodeId } from "../../platform/ids/index.ts";
import { groupings, selectCosts } from "./report-store.ts";
import type { CostRow } from "./report-store.ts";
import { DAY_MS } from "../../platform/time/index.ts";

type Schemas = components["schemas"];

const GROUPS_MAX = 1_000;
const RANGE_MAX_DAYS = 400;
/** PostgreSQL knows no year 0. */
const FIRST_DAY = Date.parse("0001-01-01");

export const getCosts =
  ({ db, clock }: { db: Database; clock: Clock }): Handler<"getCosts"> =>
  async ({ query, headers }) => {
    const range = rangeOf(query, clock.now());
    const by = groupings.filter((name) => query.group_by?.split(",").includes(name));
    const csv = wantsCsv(query.format, headers.accept);
    const accountId = query.account_id === undefined ? null : decodeId("acc", query.account_id);
    const question = { ...range, by, accountId, mode: query.mode ?? null, limit: csv ? null : GROUPS_MAX };
    const [whole, ...groups] = await db.readSystem<CostRow>(
      "an administrator reads costs across accounts",
      selectCosts(question),
    );
    if (!whole) throw new Error("a sum without groups has one row");
    if (csv) {
      const names = by.map((name) => (name === "account" ? ("account_id" as const) : name));
      const columns = [...names, ...figureNames] as const;
      const lines = (by.length === 0 ? [whole] : groups).map(groupOf);
      return csvAnswer(
        columns,
        lines.map((line) => columns.map((column) => line[column])),
        "costs",
      );
    }
    const report: Schemas["CostReport"] = {
      object: "cost_report",
      ...range,
      totals: figuresOf(whole),
      groups: groups.map(groupOf),
      groups_left_out: whole.groups - 1 - groups.length,
    };
    return ok(report);
  };

const figureNames = [
  "calls",
  "calls_unpriced",
  "input_tokens",
  "output_tokens",
  "seconds",
  "images",
  "cost_micros",
] as const;

function figuresOf(row: CostRow): Schemas["CostFigures"] {
  return {
    calls: row.calls,
    calls_unpriced: row.unpriced,
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    seconds: row.seconds,
    images: row.images,
    cost_micros: row.cost_micros,
  };
}

function groupOf(row: CostRow): Schemas["CostGroup"] {
  return {
    account_id: row.account && encodeId("acc", row.account),
    plan: row.plan,
    model: row.model,
    month: row.month,
    ...figuresOf(row),
  };
}

/** Days as the database reads them, by default this month until today. */
function rangeOf(
  asked: { since?: string | undefined; until?: string | undefined },
  now: Date,
): { since: string; until: string } {
  const until = asked.until ?? dayOf(new Date(now.getTime() + DAY_MS));
  // An earlier end asks for the month that it ends.
  const last = Math.max(FIRST_DAY, Math.min(now.getTime(), Date.parse(until) - DAY_MS));
  const since = asked.since ?? `${dayOf(new Date(last)).slice(0, 8)}01`;
  if (since >= until)
    throw invalidField(
      "/query/since",
      "not_before_until",
      "Give a day before until, which is tomorrow when it is left out.",
    );
  if (Date.parse(until) - Date.parse(since) > RANGE_MAX_DAYS * DAY_MS)
    throw invalidField("/query/since", "range_too_long", `Ask for at most ${RANGE_MAX_DAYS} days at once.`);
  return { since, until };
}

const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);
