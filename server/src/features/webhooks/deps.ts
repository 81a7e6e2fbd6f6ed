import type { Clock } from "../../platform/clock/index.ts";
import type { KeyRing } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { EgressPolicy } from "../../platform/egress/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { WorkEngine } from "../../platform/work/index.ts";

export interface WebhooksDeps {
  db: Database;
  cursors: Cursors;
  clock: Clock;
  keyRing: KeyRing;
  work: Pick<WorkEngine, "enqueue">;
  /** Which addresses endpoints may have. */
  policy: EgressPolicy;
}
