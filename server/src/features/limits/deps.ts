import type { Clock } from "../../platform/clock/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Limiter } from "../../platform/limiter/index.ts";
import type { PlanLookup } from "../plans/index.ts";
import type { Quota } from "../quota/index.ts";
import type { LimitsFor } from "./limits-for.ts";
import type { TargetDeps } from "./override-target.ts";

export interface LimitsDeps extends TargetDeps {
  clock: Clock;
  cursors: Cursors;
  limiter: Limiter;
  plans: Pick<PlanLookup, "getEffectiveLimits">;
  quota: Pick<Quota, "usage">;
  limitsFor: LimitsFor;
}
