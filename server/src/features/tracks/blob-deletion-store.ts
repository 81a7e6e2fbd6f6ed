import type { Statement, TenantTx } from "../../platform/db/index.ts";
import { createLeases, type Lease } from "../../platform/work/index.ts";
import type { DueRow } from "./store.ts";

/** Lets the blob be deleted `delayMs` from now, unless `cancelBlobDeletion` comes before. */
export const blobDeletion = (
  accountId: string,
  { id, blobKey, delayMs }: { id: string; blobKey: string; delayMs: number },
): Statement => ({
  name: "schedule_blob_deletion",
  text: `insert into blob_deletions (account_id, id, blob_key, due_at) values ($1, $2, $3, now() + make_interval(secs => $4 / 1000.0))`,
  values: [accountId, id, blobKey, delayMs],
});

/** The same for a blob that is not needed once `tx` commits. */
export async function deleteBlobWith(tx: TenantTx, { id, blobKey }: { id: string; blobKey: string }): Promise<void> {
  const { text, values } = blobDeletion(tx.accountId, { id, blobKey, delayMs: 0 });
  await tx.query(text, values);
}

/** Makes a scheduled deletion due at once. False when there is none (any more): the blob belongs to somebody. */
export async function hastenBlobDeletion(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.query(
    "update blob_deletions set due_at = now() where account_id = $1 and id = $2 returning id",
    [tx.accountId, id],
  );
  return rows.length === 1;
}

/** Keeps the blob. Throws when its deletion is not scheduled any more, because then the blob may be gone. */
export async function cancelBlobDeletion(tx: TenantTx, id: string): Promise<void> {
  const rows = await tx.query("delete from blob_deletions where account_id = $1 and id = $2 returning id", [
    tx.accountId,
    id,
  ]);
  if (rows.length === 0)
    throw new Error(`the file stored for ${id} was given up before the object it belongs to was made`);
}

/** A blob is deleted by one process at a time; the row that remembers it goes when the blob is gone. */
export const blobDeletionLeases = createLeases<DueRow & { blob_key: string }>({
  table: "blob_deletions",
  isTenantTable: true,
  columns: ["blob_key"],
});

export type BlobDeletionClaim = DueRow & { blob_key: string } & Lease;

/** The same for many blobs; one whose deletion is scheduled already is due at once. */
export async function deleteBlobsWith(tx: TenantTx, blobs: readonly { id: string; blobKey: string }[]): Promise<void> {
  await tx.query(
    `insert into blob_deletions (account_id, id, blob_key, due_at) select $1, id, blob_key, now() from unnest($2::uuid[], $3::text[]) as gone (id, blob_key)
     on conflict (account_id, id) do update set due_at = excluded.due_at`,
    [tx.accountId, blobs.map(({ id }) => id), blobs.map(({ blobKey }) => blobKey)],
  );
}

/** Makes tracks of the account into blobs to delete at once, `limit` of them; how many. */
export async function tracksToBlobDeletions(tx: TenantTx, limit: number): Promise<number> {
  const rows = await tx.query(
    `with gone as (
       delete from tracks where account_id = $1 and id in (select id from tracks where account_id = $1 limit $2) returning id, blob_key
     )
     insert into blob_deletions (account_id, id, blob_key, due_at) select $1, id, blob_key, now() from gone
     on conflict (account_id, id) do update set due_at = excluded.due_at returning id`,
    [tx.accountId, limit],
  );
  return rows.length;
}

/** Blobs of the account to delete, those that are being deleted included; with `abandoned` also what may still be written. */
export async function selectBlobsOf(
  tx: TenantTx,
  { abandoned, limit }: { abandoned: boolean; limit: number },
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select id from blob_deletions where account_id = $1 and ($2 or due_at <= now() + interval '1 hour') limit $3`,
    [tx.accountId, abandoned, limit],
  );
  return rows.map(({ id }) => id);
}

export async function countBlobDeletions(tx: TenantTx): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    "select count(*) as count from blob_deletions where account_id = $1",
    [tx.accountId],
  );
  return row?.count ?? 0;
}
