import { wantsCsv } from "../../platform/http/csv.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { answerTimeSeries } from "./answer-time-series.ts";
import { filterOf } from "./filter.ts";
import { stepsOf } from "./range.ts";
import type { UsageDeps } from "./deps.ts";
import { DAY_MS } from "../../platform/time/index.ts";

export const getUsageTimeSeries =
  ({ db, clock }: Pick<UsageDeps, "db" | "clock">): Handler<"getUsageTimeSeries"> =>
  async ({ principal: { accountId }, query, headers }) => {
    const now = clock.now();
    const granularity = query.granularity ?? "hour";
    return answerTimeSeries({
      steps: stepsOf({ ...query, granularity }, now, DAY_MS),
      granularity,
      filter: { ...filterOf(query), accountId, mode: null },
      now,
      csv: wantsCsv(query.format, headers.accept),
      read: (statement) => db.readTenant(accountId, statement),
    });
  };
