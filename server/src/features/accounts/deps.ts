import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Limiter } from "../../platform/limiter/index.ts";

export interface AccountsDeps {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  limiter: Limiter;
}
