import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { EgressPolicy } from "../../platform/egress/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { EmitEvent } from "../events/index.ts";

export interface OauthDeps {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  emit: EmitEvent;
  /** What addresses logos may be fetched from. */
  policy: EgressPolicy;
}
