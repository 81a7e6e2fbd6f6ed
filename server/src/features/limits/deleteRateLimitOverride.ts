import { noContent, type Handler } from "../../platform/http/operation.ts";
import { recordAdminAction } from "../admin/index.ts";
import { accountLimitsChannel } from "../plans/index.ts";
import type { LimitsDeps } from "./deps.ts";
import { findTarget, noSuchOverride, type TargetDeps } from "./override-target.ts";
import { deleteOverride } from "./store.ts";

export const deleteRateLimitOverride =
  ({ db, clock, ...targets }: TargetDeps & Pick<LimitsDeps, "clock">): Handler<"deleteRateLimitOverride"> =>
  async ({ principal, requestId, path }) => {
    const target = await findTarget({ db, ...targets }, path.target_id);
    await db.asSystem("an administrator removes an override", async (tx) => {
      if (!(await deleteOverride(tx, target))) throw noSuchOverride();
      const action = {
        action: "rate_limit.restored",
        targetAccountId: target.account_id,
        targetId: path.target_id,
        at: clock.now(),
      };
      await recordAdminAction(tx, { principal, requestId }, action);
      await tx.notify(accountLimitsChannel, target.account_id);
    });
    return noContent();
  };
