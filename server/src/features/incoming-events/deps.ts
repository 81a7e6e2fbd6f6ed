import type { Clock } from "../../platform/clock/index.ts";
import type { KeyRing } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Metrics } from "../../platform/metrics/index.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";

export interface IncomingEventsDeps {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  keyRing: KeyRing;
  log: Logger;
  metrics: Pick<Metrics, "registry">;
  plugins: PluginHost;
  work: Pick<WorkEngine, "enqueue">;
}
