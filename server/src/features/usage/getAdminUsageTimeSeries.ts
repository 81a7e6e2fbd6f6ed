import { wantsCsv } from "../../platform/http/csv.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { answerTimeSeries } from "./answer-time-series.ts";
import { adminFilterOf } from "./filter.ts";
import { stepsOf } from "./range.ts";
import type { UsageDeps } from "./deps.ts";
import { DAY_MS } from "../../platform/time/index.ts";

export const getAdminUsageTimeSeries =
  ({ db, clock }: Pick<UsageDeps, "db" | "clock">): Handler<"getAdminUsageTimeSeries"> =>
  async ({ query, headers }) => {
    const now = clock.now();
    const granularity = query.granularity ?? "hour";
    return answerTimeSeries({
      steps: stepsOf({ ...query, granularity }, now, DAY_MS),
      granularity,
      filter: adminFilterOf(query),
      now,
      csv: wantsCsv(query.format, headers.accept),
      read: (statement) => db.readSystem("an administrator reads usage across accounts", statement),
    });
  };
