import { wantsCsv } from "../../platform/http/csv.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { selectGenerationFigures, type GenerationFigures } from "../generation/index.ts";
import { answerStats } from "./answer-stats.ts";
import { filterOf } from "./filter.ts";
import { rangeOf } from "./range.ts";
import type { UsageDeps } from "./deps.ts";

const DAY_MS = 86_400_000;

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
        const [row] = await db.readTenant<GenerationFigures>(
          accountId,
          selectGenerationFigures({ ...range, accountId, mode: null }),
        );
        if (!row) throw new Error("an aggregate without groups has one row");
        return row;
      },
    });
  };
