import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Limiter } from "../../platform/limiter/index.ts";
import type { PlanLookup } from "../plans/index.ts";
import type { Quota } from "../quota/index.ts";
import type { LimitsFor } from "./limits-for.ts";

export interface LimitsDeps {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  limiter: Limiter;
  plans: Pick<PlanLookup, "getEffectiveLimits">;
  quota: Pick<Quota, "usage">;
  limitsFor: LimitsFor;
}
