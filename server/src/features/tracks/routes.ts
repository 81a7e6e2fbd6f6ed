import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { deleteTrack } from "./deleteTrack.ts";
import { downloadTrackAudio } from "./downloadTrackAudio.ts";
import { getTrack } from "./getTrack.ts";
import { listTracks } from "./listTracks.ts";
import { uploadTrack } from "./uploadTrack.ts";

export interface TracksDeps {
  db: Database;
  storage: BlobStorage;
  cursors: Cursors;
  emit: EmitEvent;
  work: Pick<WorkEngine, "enqueue">;
  /** Largest audio file accepted, in bytes. */
  uploadBytesMax: number;
}

export const tracksRoutes = (deps: TracksDeps) =>
  ({
    uploadTrack: uploadTrack(deps),
    listTracks: listTracks(deps),
    getTrack: getTrack(deps),
    downloadTrackAudio: downloadTrackAudio(deps),
    deleteTrack: deleteTrack(deps),
  }) satisfies Partial<Handlers>;
