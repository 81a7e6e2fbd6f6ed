import type { TenantTx } from "../../platform/db/index.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { presentPlaylist } from "./present.ts";
import { lockPlaylistsOf, removeFromAll } from "./store.ts";

/**
 * Part of the transaction that deletes a track, which must hold the track's row (so that nobody adds it meanwhile): it
 * leaves every playlist, and each of them tells its subscribers.
 */
export const removeTrackFromPlaylists =
  ({ clock, emit }: Pick<PlaylistsDeps, "clock" | "emit">) =>
  async (tx: TenantTx, track: { id: string; durationMs: number; requestId: string }): Promise<void> => {
    await lockPlaylistsOf(tx, track.id);
    for (const playlist of await removeFromAll(tx, track, clock.now())) {
      await emit(tx, { type: "playlist.updated", data: presentPlaylist(playlist), requestId: track.requestId });
    }
  };
