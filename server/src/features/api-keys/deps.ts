import type { Clock } from "../../platform/clock/index.ts";
import type { NamedKey } from "../../platform/config/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { EmitEvent } from "../events/index.ts";
import type { ExposureDesk } from "./exposure-desk.ts";

export interface ApiKeysDeps {
  db: Database;
  clock: Clock;
  config: { keyPeppers: readonly NamedKey[] };
  cursors: Cursors;
  emit: EmitEvent;
  exposures: ExposureDesk;
}
