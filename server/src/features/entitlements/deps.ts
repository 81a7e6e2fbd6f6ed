import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { EmitEvent } from "../events/index.ts";
import type { PlanLookup } from "../plans/index.ts";

export interface EntitlementsDeps {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  emit: EmitEvent;
  plans: Pick<PlanLookup, "getEntitledLimits">;
}
