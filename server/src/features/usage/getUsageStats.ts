import { only } from "../../platform/db/index.ts";
import { wantsCsv } from "../../platform/http/csv.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { selectGenerationFigures, type GenerationFigures } from "../generation/index.ts";
import { answerStats } from "./answer-stats.ts";
import { filterOf } from "./filter.ts";
import { rangeOf } from "./range.ts";
import type { UsageDeps } from "./deps.ts";
import { DAY_MS } from "../../platform/time/index.ts";

export const getUsageStats =
  ({ db, clock }: Pick<UsageDeps, "db" | "clock">): Handler<"getUsageStats"> =>
  async ({ principal: { accountId }, query, headers }) => {
    const now = clock.now();
    const range = rangeOf(query, now, DAY_MS);
    return answerStats({
      range,
      by: query.group_by ?? "none",
      filter: { ...filterOf(query), accountId, mode: null },
      now,
      csv: wantsCsv(query.format, headers.accept),
      read: (statement) => db.readTenant(accountId, statement),
      generations: async () => {
        return only(
          await db.readTenant<GenerationFigures>(
            accountId,
            selectGenerationFigures({ ...range, accountId, mode: null }),
          ),
          "the figures of generations",
        );
      },
    });
  };
