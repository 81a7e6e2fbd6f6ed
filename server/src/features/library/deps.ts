import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { EmitEvent } from "../events/index.ts";

export interface LibraryDeps {
  db: Database;
  storage: BlobStorage;
  cursors: Cursors;
  emit: EmitEvent;
  work: Pick<WorkEngine, "enqueue">;
}
