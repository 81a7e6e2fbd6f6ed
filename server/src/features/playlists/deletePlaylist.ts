import { noContent } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { noSuchPlaylist, playlistIdOf } from "./find.ts";
import { deletePlaylistRow } from "./store.ts";

export const deletePlaylist =
  ({ emit }: Pick<PlaylistsDeps, "emit">): Handler<"deletePlaylist"> =>
  async ({ path, requestId, write }) => {
    const id = playlistIdOf(path.playlist_id);
    return write(async (tx) => {
      if (!(await deletePlaylistRow(tx, id))) throw noSuchPlaylist();
      const data = { object: "playlist", id: encodeId("pls", id), deleted: true } as const;
      await emit(tx, { type: "playlist.deleted", data, requestId });
      return noContent();
    });
  };
