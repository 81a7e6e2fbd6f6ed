import { only } from "../../platform/db/index.ts";
import { wantsCsv } from "../../platform/http/csv.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { selectGenerationFigures, type GenerationFigures } from "../generation/index.ts";
import { answerStats } from "./answer-stats.ts";
import { adminFilterOf } from "./filter.ts";
import { rangeOf } from "./range.ts";
import type { UsageDeps } from "./deps.ts";
import { DAY_MS } from "../../platform/time/index.ts";

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
        return only(
          await db.readSystem<GenerationFigures>(
            reason,
            selectGenerationFigures({ ...range, accountId: filter.accountId, mode: filter.mode }),
          ),
          "the figures of generations",
        );
      },
    });
  };
