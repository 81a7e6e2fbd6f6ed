import type { Statement, TenantTx } from "../../platform/db/index.ts";

export interface ItemRow {
  id: string;
  track_id: string;
  /** A bigint as text: ranks go beyond what a number holds exactly. */
  rank: string;
  added_at: Date;
}

const columns = "id, track_id, rank::text as rank, added_at";

/** A row of a page of items; a playlist without items behind the rank gives one row whose `id` is null. */
export type PageRow = { numbering: number } & (ItemRow | { id: null });

/**
 * In the order of the playlist, from behind `afterRank`; one item more than the page holds. No row: no such playlist. The
 * numbering is of the same moment as the items, so a rank of another numbering is never mistaken.
 */
export const selectItems = (
  accountId: string,
  playlistId: string,
  page: { afterRank: bigint | null; limit: number },
): Statement => ({
  name: "playlist_items_page",
  text: `select p.numbering, i.id, i.track_id, i.rank::text as rank, i.added_at
           from playlists p left join lateral (
             select id, track_id, rank, added_at from playlist_items
              where account_id = $1 and playlist_id = $2 and rank > $3 order by rank limit $4) i on true
          where p.account_id = $1 and p.id = $2 order by i.rank`,
  values: [accountId, playlistId, String(page.afterRank ?? -(2n ** 63n)), page.limit + 1],
});

const countBefore = `select count(*)::int as count from playlist_items where account_id = $1 and playlist_id = $2 and rank < $3`;

/** How many items of the playlist stand before this rank. */
export const countItemsBefore = (accountId: string, playlistId: string, rank: string): Statement => ({
  name: "playlist_items_before",
  text: countBefore,
  values: [accountId, playlistId, rank],
});

export async function positionOf(tx: TenantTx, playlistId: string, rank: bigint): Promise<number> {
  const [row] = await tx.query<{ count: number }>(countBefore, [tx.accountId, playlistId, String(rank)]);
  return row?.count ?? 0;
}

export async function findItem(tx: TenantTx, playlistId: string, id: string): Promise<ItemRow | null> {
  const [row] = await tx.query<ItemRow>(
    `select ${columns} from playlist_items where account_id = $1 and playlist_id = $2 and id = $3`,
    [tx.accountId, playlistId, id],
  );
  return row ?? null;
}

/** Ranks around a position, as if the item `without` were not there: of the item before it and of the one at it. */
export async function ranksAround(
  tx: TenantTx,
  playlistId: string,
  position: number,
  without: string | null,
): Promise<[bigint | null, bigint | null]> {
  const rows = await tx.query<{ rank: string }>(
    `select rank::text from playlist_items i where account_id = $1 and playlist_id = $2 and ($3::uuid is null or id <> $3)
      order by i.rank offset $4 limit 2`,
    [tx.accountId, playlistId, without, Math.max(position - 1, 0)],
  );
  const [first, second] = rows.map(({ rank }) => BigInt(rank));
  return position === 0 ? [null, first ?? null] : [first ?? null, second ?? null];
}

export async function lastRank(tx: TenantTx, playlistId: string, without: string | null): Promise<bigint | null> {
  const [row] = await tx.query<{ rank: string }>(
    `select rank::text from playlist_items i where account_id = $1 and playlist_id = $2 and ($3::uuid is null or id <> $3)
      order by i.rank desc limit 1`,
    [tx.accountId, playlistId, without],
  );
  return row ? BigInt(row.rank) : null;
}

/** Gives every item a new rank, the order kept, `gap` apart. */
export async function renumber(tx: TenantTx, playlistId: string, gap: bigint): Promise<void> {
  // Of a playlist that just grew the statistics know nothing, and a nested loop over 10,000 items twice takes minutes.
  const nestLoops = (state: "on" | "off") => tx.query("select set_config('enable_nestloop', $1, true)", [state]);
  await nestLoops("off");
  await tx.query(
    `update playlist_items i set rank = numbered.place * $3::bigint
       from (select id, row_number() over (order by rank) as place from playlist_items where account_id = $1 and playlist_id = $2) numbered
      where i.account_id = $1 and i.playlist_id = $2 and i.id = numbered.id`,
    [tx.accountId, playlistId, String(gap)],
  );
  await nestLoops("on");
  await tx.query("update playlists set numbering = numbering + 1 where account_id = $1 and id = $2", [
    tx.accountId,
    playlistId,
  ]);
}

export type NewItem = Pick<ItemRow, "id" | "track_id"> & { rank: bigint };

export async function insertItems(tx: TenantTx, playlistId: string, items: NewItem[], now: Date): Promise<void> {
  await tx.query(
    `insert into playlist_items (account_id, id, playlist_id, track_id, rank, added_at)
     select $1, item.id, $2, item.track_id, item.rank, $6 from unnest($3::uuid[], $4::uuid[], $5::bigint[]) as item (id, track_id, rank)`,
    [
      tx.accountId,
      playlistId,
      items.map(({ id }) => id),
      items.map((item) => item.track_id),
      items.map(({ rank }) => String(rank)),
      now,
    ],
  );
}

export async function moveItem(tx: TenantTx, id: string, rank: bigint): Promise<void> {
  await tx.query("update playlist_items set rank = $3 where account_id = $1 and id = $2", [
    tx.accountId,
    id,
    String(rank),
  ]);
}

/** The row that was there; null when it was not. */
export async function deleteItem(tx: TenantTx, playlistId: string, id: string): Promise<ItemRow | null> {
  const [row] = await tx.query<ItemRow>(
    `delete from playlist_items where account_id = $1 and playlist_id = $2 and id = $3 returning ${columns}`,
    [tx.accountId, playlistId, id],
  );
  return row ?? null;
}
