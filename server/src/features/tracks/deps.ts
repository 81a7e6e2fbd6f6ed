import type { Database, TenantTx } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { EmitEvent } from "../events/index.ts";

export interface TracksDeps {
  db: Database;
  storage: BlobStorage;
  cursors: Cursors;
  emit: EmitEvent;
  work: Pick<WorkEngine, "enqueue">;
  /** What others do about a track in the transaction that deletes it, while they and nobody else can see it locked. */
  beforeDelete(tx: TenantTx, track: { id: string; durationMs: number; requestId: string }): Promise<void>;
  /** Largest audio file accepted, in bytes. */
  uploadBytesMax: number;
}
