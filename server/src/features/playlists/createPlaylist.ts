import { created } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { presentPlaylist } from "./present.ts";
import { countPlaylistsAlone, insertPlaylist } from "./store.ts";

const PLAYLISTS_MAX = 1000;

export const createPlaylist =
  ({ clock, emit }: Pick<PlaylistsDeps, "clock" | "emit">): Handler<"createPlaylist"> =>
  async ({ body, requestId, write }) =>
    write(async (tx) => {
      if ((await countPlaylistsAlone(tx)) >= PLAYLISTS_MAX) {
        const limit = PLAYLISTS_MAX.toLocaleString("en");
        const detail = `This account has ${limit} playlists, the most it may have. Delete one that is no longer used.`;
        throw new ProblemError("playlist_limit_reached", { detail });
      }
      const row = await insertPlaylist(tx, {
        id: newId(),
        name: body.name.trim(),
        description: body.description ?? null,
        now: clock.now(),
      });
      const playlist = presentPlaylist(row);
      await emit(tx, { type: "playlist.created", data: playlist, requestId });
      return created(playlist, { Location: `/v1/playlists/${playlist.id}` });
    });
