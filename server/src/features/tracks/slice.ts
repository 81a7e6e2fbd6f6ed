import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { removeTrackFromPlaylists } from "../playlists/index.ts";
import { analysisKind, analysisWork } from "./analysis.ts";
import { blobDeletionKind, blobDeletionWork } from "./blob-deletion.ts";
import { eraseTracks } from "./erase.ts";
import { exported } from "./exports.ts";
import { tracksRoutes } from "./routes.ts";

/** Largest audio upload, in bytes. */
const UPLOAD_BYTES_MAX = 200_000_000;

export const tracksSlice = ({ clock, db, storage, work }: Services, { cursors, emit }: Shared) =>
  ({
    api: () => ({
      routes: tracksRoutes({
        db,
        storage,
        cursors,
        emit,
        work,
        beforeDelete: removeTrackFromPlaylists({ clock, emit }),
        uploadBytesMax: UPLOAD_BYTES_MAX,
      }),
    }),
    work: [
      { name: analysisKind, open: () => analysisWork({ db, storage, concurrency: 1 }) },
      { name: blobDeletionKind, open: () => blobDeletionWork({ db, storage }) },
    ],
    exports: exported,
    erase: {
      // They keep the keys of files and go with them.
      tables: ["tracks", "blob_deletions"],
      run: (accountId, circumstances) => eraseTracks({ db, storage }, accountId, circumstances),
    },
  }) satisfies Slice;
