import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";

export interface DraftsDeps {
  db: Database;
  clock: Clock;
  cursors: Cursors;
}
