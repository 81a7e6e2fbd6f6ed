import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { EmitEvent } from "../events/index.ts";
import type { Quota } from "../quota/index.ts";
import type { GenerationFeed } from "./feed.ts";

export interface GenerationDeps {
  db: Database;
  cursors: Cursors;
  plugins: PluginHost;
  work: WorkEngine;
  emit: EmitEvent;
  quota: Quota;
  feed: GenerationFeed;
}
