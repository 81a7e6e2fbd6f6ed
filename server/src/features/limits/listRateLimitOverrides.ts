import { ok, type Handler } from "../../platform/http/operation.ts";
import { invalidField } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import type { LimitsDeps } from "./deps.ts";
import { presentOverride } from "./present.ts";
import { selectOverridesPage, type OverrideRow } from "./store.ts";

export const listRateLimitOverrides =
  ({ db, cursors }: Pick<LimitsDeps, "db" | "cursors">): Handler<"listRateLimitOverrides"> =>
  async ({ query }) => {
    const accountId = query.account_id === undefined ? null : decodeId("acc", query.account_id);
    if (query.account_id !== undefined && accountId === null)
      throw invalidField("/query/account_id", "not_an_id", "Give the id of an account (acc_…).");
    const scope = `rate_limit_overrides|${accountId ?? ""}`;
    const page = cursors.read(query, scope);
    const rows = await db.readSystem<OverrideRow>(
      "an administrator looks at overrides",
      selectOverridesPage({ ...page, accountId }),
    );
    return ok(cursors.page(rows, page, scope, presentOverride));
  };
