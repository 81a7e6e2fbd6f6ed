import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { planIds } from "./catalogue.ts";
import { presentPlan } from "./present.ts";

export const getPlan =
  (): Handler<"getPlan"> =>
  async ({ path }) => {
    const planId = planIds.find((id) => id === path.plan_id);
    if (!planId)
      throw new ProblemError("not_found", { detail: `There is no such plan. There are: ${planIds.join(", ")}.` });
    return ok(presentPlan(planId));
  };
