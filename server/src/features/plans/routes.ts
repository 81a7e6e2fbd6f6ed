import type { Handlers } from "../../platform/http/operation.ts";
import type { PlansDeps } from "./deps.ts";
import { getAccountPlan } from "./getAccountPlan.ts";
import { getPlan } from "./getPlan.ts";
import { listPlans } from "./listPlans.ts";
import { updateAccountPlan } from "./updateAccountPlan.ts";

export const plansRoutes = (deps: PlansDeps) =>
  ({
    getPlan: getPlan(),
    listPlans: listPlans(),
    getAccountPlan: getAccountPlan(deps),
    updateAccountPlan: updateAccountPlan(deps),
  }) satisfies Partial<Handlers>;
