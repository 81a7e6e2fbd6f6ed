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
      // What does not wait for an answer is sent together: the connection pipelines, and the order is kept.
      const [playlist, item] = await Promise.all([holdPlaylist(tx, playlistId), findItem(tx, playlistId, id)]);
      const track = item && (await readTracksIn(tx, [item.track_id])).get(item.track_id);
      if (!item || !track) throw noSuchItem();
      const [rank = 0n] = await ranksFor(tx, playlist, body, 1, id);
      const [row] = await Promise.all([changePlaylist(tx, playlist, {}, clock.now()), moveItem(tx, id, rank)]);
      const data = presentPlaylist(row);
      const [position] = await Promise.all([
        positionOf(tx, playlistId, rank),
        emit(tx, { type: "playlist.updated", data, requestId }),
      ]);
      return ok(presentItem(item, position, track));
    });
  };
