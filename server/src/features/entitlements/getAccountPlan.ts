import { ok, type Handler } from "../../platform/http/operation.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { selectLiveAccount } from "../accounts/index.ts";
import { noSuchAccount, presentAccountPlan } from "./account-plan.ts";
import type { EntitlementsDeps } from "./deps.ts";
import { selectEntitlements, toEntitlement, type EntitlementRow } from "./store.ts";

export const getAccountPlan =
  ({ db, clock }: Pick<EntitlementsDeps, "db" | "clock">): Handler<"getAccountPlan"> =>
  async ({ path }) => {
    const id = decodeId("acc", path.account_id);
    const [account] =
      id === null ? [] : await db.readSystem<{ id: string }>("an administrator looks at a plan", selectLiveAccount(id));
    if (!account) throw noSuchAccount();
    const rows = await db.readTenant<EntitlementRow>(account.id, selectEntitlements(account.id));
    return ok(presentAccountPlan(account.id, rows.map(toEntitlement), clock.now()));
  };
