import { entityTag, requireMatch } from "../../platform/http/etag.ts";
import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { holdPlaylist, playlistIdOf } from "./find.ts";
import { presentPlaylist } from "./present.ts";
import { changePlaylist } from "./store.ts";
import type { PlaylistChange } from "./store.ts";

/** Changes what is named and leaves the rest. An update that changes nothing is no event. */
export const updatePlaylist =
  ({ clock, emit }: Pick<PlaylistsDeps, "clock" | "emit">): Handler<"updatePlaylist"> =>
  async ({ path, body, headers, requestId, write }) => {
    const id = playlistIdOf(path.playlist_id);
    const change: PlaylistChange = {
      ...(body.name !== undefined && { name: body.name.trim() }),
      ...(body.description !== undefined && { description: body.description }),
    };
    return write(async (tx) => {
      const before = await holdPlaylist(tx, id);
      requireMatch(headers, presentPlaylist(before));
      const same = Object.entries(change).every(([field, value]) => before[field as "name"] === value);
      const playlist = presentPlaylist(same ? before : await changePlaylist(tx, before, change, clock.now()));
      if (!same) await emit(tx, { type: "playlist.updated", data: playlist, requestId });
      return ok(playlist, { ETag: entityTag(playlist) });
    });
  };
