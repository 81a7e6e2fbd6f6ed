import { noContent } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { readTracksIn } from "../tracks/index.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { holdPlaylist, itemIdOf, noSuchItem, playlistIdOf } from "./find.ts";
import { deleteItem } from "./item-store.ts";
import { presentPlaylist } from "./present.ts";
import { changePlaylist } from "./store.ts";

export const removePlaylistTrack =
  ({ clock, emit }: Pick<PlaylistsDeps, "clock" | "emit">): Handler<"removePlaylistTrack"> =>
  async ({ path, requestId, write }) => {
    const [playlistId, id] = [playlistIdOf(path.playlist_id), itemIdOf(path.item_id)];
    return write(async (tx) => {
      const playlist = await holdPlaylist(tx, playlistId);
      const item = await deleteItem(tx, playlistId, id);
      const track = item && (await readTracksIn(tx, [item.track_id])).get(item.track_id);
      if (!track) throw noSuchItem();
      const changed = presentPlaylist(
        await changePlaylist(tx, playlist, { tracks: -1, durationMs: -track.duration_ms }, clock.now()),
      );
      await emit(tx, { type: "playlist.updated", data: changed, requestId });
      return noContent();
    });
  };
