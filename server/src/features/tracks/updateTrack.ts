import { entityTag, requireMatch } from "../../platform/http/etag.ts";
import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { noSuchTrack } from "./getTrack.ts";
import { presentTrack } from "./present.ts";
import type { TracksDeps } from "./deps.ts";
import { lockTrack, updateTrackRow } from "./store.ts";

/** Changes what is named and leaves the rest. An update that changes nothing is no event. */
export const updateTrack =
  ({ emit }: Pick<TracksDeps, "emit">): Handler<"updateTrack"> =>
  async ({ path, body, headers, requestId, write }) => {
    const id = decodeId("trk", path.track_id);
    if (id === null) throw noSuchTrack();
    return write(async (tx) => {
      const before = await lockTrack(tx, id, "to change");
      if (!before) throw noSuchTrack();
      requireMatch(headers, presentTrack(before));
      const after = {
        ...before,
        title: body.title?.trim() ?? before.title,
        artist: body.artist === undefined ? before.artist : (body.artist?.trim() ?? null),
      };
      const track = presentTrack(after);
      if (after.title !== before.title || after.artist !== before.artist) {
        await updateTrackRow(tx, after);
        await emit(tx, { type: "track.updated", data: track, requestId });
      }
      return ok(track, { ETag: entityTag(track) });
    });
  };
