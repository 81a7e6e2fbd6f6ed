import { ok, type Handler } from "../../platform/http/operation.ts";
import { findTarget, noSuchOverride, type TargetDeps } from "./override-target.ts";
import { presentOverride } from "./present.ts";
import { selectOverride, type OverrideRow } from "./store.ts";

export const getRateLimitOverride =
  ({ db, ...targets }: TargetDeps): Handler<"getRateLimitOverride"> =>
  async ({ path }) => {
    const target = await findTarget({ db, ...targets }, path.target_id);
    const [row] = await db.readSystem<OverrideRow>("an administrator looks at an override", selectOverride(target));
    if (!row) throw noSuchOverride();
    return ok(presentOverride(row));
  };
