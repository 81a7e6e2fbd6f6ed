import { created } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { FieldProblem } from "../../platform/http/problem.ts";
import { decodeId, newId } from "../../platform/ids/index.ts";
import { holdTracks } from "../tracks/index.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { holdPlaylist, playlistIdOf } from "./find.ts";
import { insertItems } from "./item-store.ts";
import { ranksFor } from "./place.ts";
import { presentItem, presentPlaylist } from "./present.ts";
import { changePlaylist } from "./store.ts";

const TRACKS_MAX = 10_000;

/** All of the tracks or none. Tracks are locked before the playlist, as everywhere: see the slice's README. */
export const addPlaylistTracks =
  ({ clock, emit }: Pick<PlaylistsDeps, "clock" | "emit">): Handler<"addPlaylistTracks"> =>
  async ({ path, body, requestId, write }) => {
    const playlistId = playlistIdOf(path.playlist_id);
    const wanted = body.track_ids.map(trackIdOf);
    return write(async (tx) => {
      const found = await holdTracks(tx, wanted);
      const playlist = await holdPlaylist(tx, playlistId);
      const tracks = wanted.map((id) => found.get(id) ?? null);
      const known = tracks.filter((track) => track !== null);
      if (known.length < tracks.length) throw unknownTracks(tracks);
      if (playlist.track_count + wanted.length > TRACKS_MAX) throw full(playlist.track_count, wanted.length);

      const position = Math.min(body.position ?? TRACKS_MAX, playlist.track_count);
      const ranks = await ranksFor(tx, playlist, { position }, wanted.length);
      const now = clock.now();
      const items = wanted.map((trackId, index) => ({ id: newId(), track_id: trackId, rank: ranks[index] ?? 0n }));
      const durationMs = known.reduce((sum, track) => sum + track.duration_ms, 0);
      // Sent together: the connection pipelines, and the order is kept.
      const [row] = await Promise.all([
        changePlaylist(tx, playlist, { tracks: items.length, durationMs }, now),
        insertItems(tx, playlistId, items, now),
      ]);
      const changed = presentPlaylist(row);
      await emit(tx, { type: "playlist.updated", data: changed, requestId });
      const added = known.map((track, index) =>
        presentItem({ id: items[index]?.id ?? "", added_at: now }, position + index, track),
      );
      return created({ playlist: changed, items: added });
    });
  };

/** The contract lets nothing through that is not formed like an id of a track. */
function trackIdOf(publicId: string): string {
  const id = decodeId("trk", publicId);
  if (id === null) throw new Error("a malformed track id passed validation");
  return id;
}

function unknownTracks(tracks: readonly unknown[]): ProblemError {
  const message = "There is no track with this id in this account.";
  const errors = tracks.flatMap((track, index): FieldProblem[] =>
    track === null ? [{ path: `/body/track_ids/${index}`, code: "not_found", message }] : [],
  );
  return new ProblemError("validation_failed", { errors: errors.slice(0, 20) });
}

function full(has: number, more: number): ProblemError {
  const [now, limit] = [has, TRACKS_MAX].map((count) => count.toLocaleString("en"));
  const detail = `This playlist has ${now} tracks and may have ${limit}; ${more} more do not fit. Remove some or start another playlist.`;
  return new ProblemError("playlist_full", { detail });
}
