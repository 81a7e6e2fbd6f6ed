import { ok, type Handler } from "../../platform/http/operation.ts";
import { invalidField } from "../../platform/http/problem.ts";
import { decodeId, encodeId } from "../../platform/ids/index.ts";
import { recordAdminAction } from "../admin/index.ts";
import { selectLiveAccount } from "../accounts/index.ts";
import { noSuchAccount, presentAccountPlan } from "./account-plan.ts";
import type { EntitlementsDeps } from "./deps.ts";
import { withGrants } from "./grants.ts";
import { reviseEntitlements } from "./revise.ts";
import { readEntitlements } from "./store.ts";

export const updateAccountPlan =
  ({ db, clock, emit }: Pick<EntitlementsDeps, "db" | "clock" | "emit">): Handler<"updateAccountPlan"> =>
  async ({ principal, requestId, path, body }) => {
    const at = clock.now();
    const until = body.boost_expires_at == null ? null : new Date(body.boost_expires_at);
    if (until && until <= at)
      throw invalidField(
        "/body/boost_expires_at",
        "not_in_the_future",
        "Give a time in the future; null ends the boost.",
      );
    const id = decodeId("acc", path.account_id);
    const [account] =
      id === null
        ? []
        : await db.readSystem<{ id: string }>("an administrator names an account", selectLiveAccount(id));
    if (!account) throw noSuchAccount();
    return db.asSystem("an administrator changes a plan", async (system) => {
      const tx = system.asAccount(account.id);
      const grants = { plan: body.plan, boostExpiresAt: body.boost_expires_at === undefined ? undefined : until };
      let before = presentAccountPlan(account.id, [], at);
      await reviseEntitlements({ clock, emit }, tx, {
        cause: { kind: "administrator", ids: [requestId] },
        requestId,
        wanted: (held) => {
          before = presentAccountPlan(account.id, held, at);
          return withGrants(held, grants, at);
        },
      });
      const after = presentAccountPlan(account.id, await readEntitlements(tx), at);
      await recordAdminAction(
        system,
        { principal, requestId },
        {
          action: "plan.changed",
          targetAccountId: account.id,
          targetId: encodeId("acc", account.id),
          at,
          details: { from: before.plan, to: after.plan, boost_expires_at: after.boost_expires_at },
        },
      );
      return ok(after);
    });
  };
