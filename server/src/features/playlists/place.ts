import type { TenantTx } from "../../platform/db/index.ts";
import { invalidField } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { findItem, lastRank, positionOf, ranksAround, renumber } from "./item-store.ts";
import { GAP, ranksBetween } from "./order.ts";
import type { PlaylistRow } from "./store.ts";

/** Where something is to stand; a position past the end is the end. */
export type Place = { position?: number | undefined; before?: string | undefined; after?: string | undefined };

/**
 * Ranks for `count` items at a place of a locked playlist, as if the item `moved` were not in it. Throws `ProblemError`
 * when `before` or `after` names no other item of this playlist.
 */
export async function ranksFor(
  tx: TenantTx,
  playlist: PlaylistRow,
  place: Place,
  count: number,
  moved: string | null = null,
): Promise<bigint[]> {
  const ranks = ranksBetween(...(await neighbours(tx, playlist, place, moved)), count);
  if (ranks) return ranks;
  await renumber(tx, playlist.id, GAP);
  const again = ranksBetween(...(await neighbours(tx, playlist, place, moved)), count);
  if (!again) throw new Error("a playlist that was just numbered has no room");
  return again;
}

async function neighbours(
  tx: TenantTx,
  playlist: PlaylistRow,
  place: Place,
  moved: string | null,
): Promise<[bigint | null, bigint | null]> {
  const position = await positionFor(tx, playlist, place, moved);
  const others = playlist.track_count - (moved === null ? 0 : 1);
  if (position >= others) return [await lastRank(tx, playlist.id, moved), null];
  return ranksAround(tx, playlist.id, position, moved);
}

/** Among the other items. */
async function positionFor(
  tx: TenantTx,
  { id, track_count: end }: PlaylistRow,
  place: Place,
  moved: string | null,
): Promise<number> {
  const beside = place.before ?? place.after;
  if (beside === undefined) return place.position ?? end;
  const itemId = decodeId("pli", beside);
  const item = itemId === null || itemId === moved ? null : await findItem(tx, id, itemId);
  if (!item) {
    const field = place.before === undefined ? "after" : "before";
    throw invalidField(
      `/body/${field}`,
      "not_found",
      "There is no other item with this id in this playlist. Take ids from listPlaylistTracks.",
    );
  }
  const own = moved === null ? null : await findItem(tx, id, moved);
  const standing = await positionOf(tx, id, BigInt(item.rank));
  const amongOthers = own && BigInt(own.rank) < BigInt(item.rank) ? standing - 1 : standing;
  return place.before === undefined ? amongOthers + 1 : amongOthers;
}
