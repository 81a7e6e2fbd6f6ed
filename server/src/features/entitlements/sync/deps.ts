import type { Clock } from "../../../platform/clock/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import type { WorkEngine } from "../../../platform/work/index.ts";
import type { EmitEvent } from "../../events/index.ts";
import type { SyncMetrics } from "./metrics.ts";
import type { CustomerSource } from "./source.ts";

export interface SyncDeps {
  db: Database;
  clock: Clock;
  emit: EmitEvent;
  work: Pick<WorkEngine, "enqueue">;
  /** One of each provider. */
  sources: readonly CustomerSource[];
  metrics: SyncMetrics;
}
