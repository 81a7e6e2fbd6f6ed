import { only, type Statement, type TenantTx } from "../../platform/db/index.ts";

export interface PlaylistRow {
  id: string;
  name: string;
  description: string | null;
  track_count: number;
  duration_ms: number;
  numbering: number;
  created_at: Date;
  updated_at: Date;
}

const names = ["id", "name", "description", "track_count", "duration_ms", "numbering", "created_at", "updated_at"];
const columns = names.map((name) => `p.${name}`).join(", ");

export const selectPlaylist = (accountId: string, id: string): Statement => ({
  name: "playlist_by_id",
  text: `select ${columns} from playlists p where account_id = $1 and id = $2`,
  values: [accountId, id],
});

/** One row more than the page holds, so that the caller sees whether there are more. */
export const selectPlaylists = (accountId: string, page: { afterId: string | null; limit: number }): Statement => ({
  name: "playlists_page",
  text: `select ${columns} from playlists p
          where account_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
  values: [accountId, page.afterId, page.limit + 1],
});

/** Counts what an account has, and keeps others of the same account from counting until the transaction ends. */
export async function countPlaylistsAlone(tx: TenantTx): Promise<number> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`playlists of ${tx.accountId}`]);
  const [row] = await tx.query<{ count: number }>(
    "select count(*)::int as count from playlists where account_id = $1",
    [tx.accountId],
  );
  return row?.count ?? 0;
}

export type NewPlaylist = Pick<PlaylistRow, "id" | "name" | "description"> & { now: Date };

export async function insertPlaylist(tx: TenantTx, playlist: NewPlaylist): Promise<PlaylistRow> {
  return only(
    await tx.query<PlaylistRow>(
      `insert into playlists as p (account_id, id, name, description, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $5) returning ${columns}`,
      [tx.accountId, playlist.id, playlist.name, playlist.description, playlist.now],
    ),
    "the inserted playlist",
  );
}

/** Null: no such playlist. Nobody else changes it or its items until the transaction ends. */
export async function lockPlaylist(tx: TenantTx, id: string): Promise<PlaylistRow | null> {
  const [row] = await tx.query<PlaylistRow>(
    `select ${columns} from playlists p where account_id = $1 and id = $2 for update`,
    [tx.accountId, id],
  );
  return row ?? null;
}

export interface PlaylistChange {
  name?: string;
  description?: string | null;
  /** Added to what it has. */
  tracks?: number;
  durationMs?: number;
}

/** Changes a playlist that `lockPlaylist` gave; what is absent stays as it is. */
export async function changePlaylist(
  tx: TenantTx,
  { id }: PlaylistRow,
  change: PlaylistChange,
  now: Date,
): Promise<PlaylistRow> {
  return only(
    await tx.query<PlaylistRow>(
      `update playlists p
        set name = coalesce($3, name), description = case when $4 then $5 else description end,
            track_count = track_count + $6, duration_ms = duration_ms + $7, updated_at = $8
      where account_id = $1 and id = $2 returning ${columns}`,
      [
        tx.accountId,
        id,
        change.name ?? null,
        change.description !== undefined,
        change.description ?? null,
        change.tracks ?? 0,
        change.durationMs ?? 0,
        now,
      ],
    ),
    "the locked playlist",
  );
}

export async function deletePlaylistRow(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.query("delete from playlists where account_id = $1 and id = $2 returning 1", [
    tx.accountId,
    id,
  ]);
  return rows.length === 1;
}

/** Locks every playlist that has the track, in one order, so that two who delete tracks never wait for each other. */
export async function lockPlaylistsOf(tx: TenantTx, trackId: string): Promise<void> {
  await tx.query(
    `select 1 from playlists where account_id = $1
        and id in (select playlist_id from playlist_items where account_id = $1 and track_id = $2) order by id for update`,
    [tx.accountId, trackId],
  );
}

/** Removes the track from the playlists that are locked for it, and gives them as they are then. */
export function removeFromAll(
  tx: TenantTx,
  track: { id: string; durationMs: number },
  now: Date,
): Promise<PlaylistRow[]> {
  return tx.query<PlaylistRow>(
    `with gone as (delete from playlist_items where account_id = $1 and track_id = $2 returning playlist_id),
          counts as (select playlist_id, count(*)::int as tracks from gone group by playlist_id)
     update playlists p
        set track_count = track_count - counts.tracks, duration_ms = duration_ms - counts.tracks * $3::bigint, updated_at = $4
       from counts where p.account_id = $1 and p.id = counts.playlist_id returning ${columns}`,
    [tx.accountId, track.id, track.durationMs, now],
  );
}
