import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { EmitEvent } from "../events/index.ts";
import type { PlanLookup } from "../plans/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";

export interface EntitlementsDeps {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  emit: EmitEvent;
  work: Pick<WorkEngine, "enqueue">;
  plans: Pick<PlanLookup, "getEntitledLimits">;
}
