import { ok, type Handler } from "../../platform/http/operation.ts";
import { invalidField } from "../../platform/http/problem.ts";
import { decodeId, encodeId } from "../../platform/ids/index.ts";
import { recordAdminAction } from "../admin/index.ts";
import type { PlansDeps } from "./deps.ts";
import { noSuchAccount } from "./getAccountPlan.ts";
import { presentAccountPlan } from "./present.ts";
import { accountLimitsChannel, lockAccountPlan, updatePlan } from "./store.ts";

export const updateAccountPlan =
  ({ db, clock }: PlansDeps): Handler<"updateAccountPlan"> =>
  async ({ principal, requestId, path, body }) => {
    const at = clock.now();
    const until = body.boost_expires_at == null ? null : new Date(body.boost_expires_at);
    if (until && until <= at) throw invalidField("/body/boost_expires_at", "not_in_the_future", "Give a time in the future; null ends the boost.");
    const id = decodeId("acc", path.account_id);
    if (id === null) throw noSuchAccount();
    return db.asSystem("an administrator changes a plan", async (tx) => {
      const before = await lockAccountPlan(tx, id);
      if (!before) throw noSuchAccount();
      const after = {
        ...before,
        plan: body.plan ?? before.plan,
        boost_expires_at: body.boost_expires_at === undefined ? before.boost_expires_at : until,
      };
      await updatePlan(tx, after);
      await recordAdminAction(tx, { principal, requestId }, {
        action: "plan.changed", targetAccountId: before.id, targetId: encodeId("acc", before.id), at,
        details: { from: before.plan, to: after.plan, boost_expires_at: after.boost_expires_at?.toISOString() ?? null },
      });
      for (const account of [before.id, before.twin_id]) await tx.notify(accountLimitsChannel, account);
      return ok(presentAccountPlan(after, at));
    });
  };
