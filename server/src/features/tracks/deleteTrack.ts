import { blobDeletionKind } from "./blob-deletion.ts";
import { noContent } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { decodeId, encodeId } from "../../platform/ids/index.ts";
import { deleteBlobWith } from "./blob-deletion-store.ts";
import { noSuchTrack } from "./getTrack.ts";
import type { TracksDeps } from "./deps.ts";
import { deleteTrackRow, lockTrack } from "./store.ts";

/** The row goes, with its event, in one transaction that also makes the audio's deletion durable work. */
export const deleteTrack =
  ({ beforeDelete, emit, work }: Pick<TracksDeps, "beforeDelete" | "emit" | "work">): Handler<"deleteTrack"> =>
  async ({ principal: { accountId }, path, requestId, write }) => {
    const id = decodeId("trk", path.track_id);
    if (id === null) throw noSuchTrack();
    return write(async (tx) => {
      const row = await lockTrack(tx, id, "to delete");
      if (!row) throw noSuchTrack();
      await beforeDelete(tx, { id, durationMs: row.duration_ms, requestId });
      await deleteTrackRow(tx, id);
      await deleteBlobWith(tx, { id, blobKey: row.blob_key });
      const data = { object: "track", id: encodeId("trk", id), deleted: true } as const;
      await emit(tx, { type: "track.deleted", data, requestId });
      tx.afterCommit(() => work.enqueue(blobDeletionKind, { id, accountId }));
      return noContent();
    });
  };
