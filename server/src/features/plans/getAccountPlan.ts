import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import type { PlansDeps } from "./deps.ts";
import { presentAccountPlan } from "./present.ts";
import { selectAccountPlan, type AccountPlanRow } from "./store.ts";

export const getAccountPlan =
  ({ db, clock }: PlansDeps): Handler<"getAccountPlan"> =>
  async ({ path }) => {
    const id = decodeId("acc", path.account_id);
    const [row] = id === null ? [] : await db.readSystem<AccountPlanRow>("an administrator looks at a plan", selectAccountPlan(id));
    if (!row) throw noSuchAccount();
    return ok(presentAccountPlan(row, clock.now()));
  };

export function noSuchAccount(): ProblemError {
  return new ProblemError("not_found", { detail: "There is no account with this id." });
}
