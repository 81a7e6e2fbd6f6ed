import type { Clock } from "../../platform/clock/index.ts";
import type { Config } from "../../platform/config/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";

export interface ApiKeysDeps {
  db: Database;
  clock: Clock;
  config: Pick<Config, "keyPeppers">;
  cursors: Cursors;
}
