import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";

export interface PlansDeps {
  db: Database;
  clock: Clock;
}
