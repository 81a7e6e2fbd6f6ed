import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { readTracksIn } from "../tracks/index.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { holdPlaylist, itemIdOf, noSuchItem, playlistIdOf } from "./find.ts";
import { findItem, moveItem, positionOf } from "./item-store.ts";
import { ranksFor } from "./place.ts";
import { presentItem, presentPlaylist } from "./present.ts";
import { changePlaylist } from "./store.ts";

/** The item gets a rank between its new neighbours; no other item is touched, unless there is no room. */
export const movePlaylistTrack =
  ({ clock, emit }: Pick<PlaylistsDeps, "clock" | "emit">): Handler<"movePlaylistTrack"> =>
  async ({ path, body, requestId, write }) => {
    const [playlistId, id] = [playlistIdOf(path.playlist_id), itemIdOf(path.item_id)];
    return write(async (tx) => {
      const playlist = await holdPlaylist(tx, playlistId);
      const item = await findItem(tx, playlistId, id);
      const track = item && (await readTracksIn(tx, [item.track_id])).get(item.track_id);
      if (!item || !track) throw noSuchItem();
      const [rank = 0n] = await ranksFor(tx, playlist, body, 1, id);
      await moveItem(tx, id, rank);
      const changed = presentPlaylist(await changePlaylist(tx, playlist, {}, clock.now()));
      await emit(tx, { type: "playlist.updated", data: changed, requestId });
      return ok(presentItem(item, await positionOf(tx, playlistId, rank), track));
    });
  };
