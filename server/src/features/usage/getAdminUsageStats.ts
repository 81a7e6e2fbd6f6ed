import { wantsCsv } from "../../platform/http/csv.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { selectGenerationFigures, type GenerationFigures } from "../generation/index.ts";
import { answerStats } from "./answer-stats.ts";
import { adminFilterOf } from "./filter.ts";
import { rangeOf } from "./range.ts";
import type { UsageDeps } from "./deps.ts";

const DAY_MS = 86_400_000;
const reason = "an administrator reads usage across accounts";

export const getAdminUsageStats =
  ({ db, clock }: Pick<UsageDeps, "db" | "clock">): Handler<"getAdminUsageStats"> =>
  async ({ query, headers }) => {
    const now = clock.now();
    const range = rangeOf(query, now, DAY_MS);
    const filter = adminFilterOf(query);
    return answerStats({
      range,
      by: query.group_by ?? "none",
      filter,
      now,
      csv: wantsCsv(query.format, headers.accept),
      read: (statement) => db.readSystem(reason, statement),
      generations: async () => {
        const [row] = await db.readSystem<GenerationFigures>(
          reason,
          selectGenerationFigures({ ...range, accountId: filter.accountId, mode: filter.mode }),
        );
        if (!row) throw new Error("an aggregate without groups has one row");
        return row;
      },
    });
  };
