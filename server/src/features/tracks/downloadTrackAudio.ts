import { attachment } from "../../platform/http/attachment.ts";
import { answerFile } from "../../platform/http/file-answer.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { noSuchTrack, readTrack } from "./getTrack.ts";
import type { TracksDeps } from "./deps.ts";

export const downloadTrackAudio =
  ({ db, storage }: Pick<TracksDeps, "db" | "storage">): Handler<"downloadTrackAudio"> =>
  async ({ principal, path, raw }) => {
    const row = await readTrack(db, principal.accountId, path.track_id);
    return answerFile(storage, raw, {
      blobKey: row.blob_key,
      bytes: row.bytes,
      sha256: row.sha256,
      contentType: row.content_type,
      disposition: attachment({ title: row.title, plain: "track", ending: row.format }),
      gone: noSuchTrack,
    });
  };
