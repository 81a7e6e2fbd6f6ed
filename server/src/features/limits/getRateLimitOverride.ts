import { ok, type Handler } from "../../platform/http/operation.ts";
import type { LimitsDeps } from "./deps.ts";
import { findTarget, noSuchOverride } from "./override-target.ts";
import { presentOverride } from "./present.ts";
import { selectOverride, type OverrideRow } from "./store.ts";

export const getRateLimitOverride =
  ({ db }: Pick<LimitsDeps, "db">): Handler<"getRateLimitOverride"> =>
  async ({ path }) => {
    const target = await findTarget(db, path.target_id);
    const [row] = await db.readSystem<OverrideRow>("an administrator looks at an override", selectOverride(target));
    if (!row) throw noSuchOverride();
    return ok(presentOverride(row));
  };
