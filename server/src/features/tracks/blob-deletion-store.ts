import type { SystemTx, TenantTx } from "../../platform/db/index.ts";
import type { DueRow } from "./store.ts";

/** Lets the blob be deleted `delayMs` from now, unless `cancelBlobDeletion` comes before. */
export async function scheduleBlobDeletion(
  tx: TenantTx,
  { id, blobKey, delayMs }: { id: string; blobKey: string; delayMs: number },
): Promise<void> {
  await tx.query(
    `insert into blob_deletions (account_id, id, blob_key, due_at)
     values ($1, $2, $3, now() + make_interval(secs => $4 / 1000.0))`,
    [tx.accountId, id, blobKey, delayMs],
  );
}

/** Makes a scheduled deletion due at once. False when there is none (any more): the blob belongs to a track. */
export async function hastenBlobDeletion(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.query(
    "update blob_deletions set due_at = now() where account_id = $1 and id = $2 returning id",
    [tx.accountId, id],
  );
  return rows.length === 1;
}

/** Keeps the blob. Throws when its deletion is not scheduled any more, because then the blob may be gone. */
export async function cancelBlobDeletion(tx: TenantTx, id: string): Promise<void> {
  const rows = await tx.query(
    "delete from blob_deletions where account_id = $1 and id = $2 returning id",
    [tx.accountId, id],
  );
  if (rows.length === 0) throw new Error(`the audio stored for track ${id} was given up before the track was made`);
}

/** Blobs to delete now, the longest due first; with `among` only those of them. */
export function selectBlobsDue(tx: SystemTx, limit: number, among: string[] | null): Promise<DueRow[]> {
  return tx.query<DueRow>(
    `select id, account_id from blob_deletions
      where due_at <= now() and ($2::uuid[] is null or id = any($2)) order by due_at limit $1`,
    [limit, among],
  );
}

export interface BlobDeletionClaim extends DueRow {
  blob_key: string;
}

export async function claimBlobDeletion(tx: TenantTx, id: string, leaseMs: number): Promise<BlobDeletionClaim | null> {
  const [claim] = await tx.query<BlobDeletionClaim>(
    `update blob_deletions set due_at = now() + make_interval(secs => $3 / 1000.0)
      where account_id = $1 and id = $2 and due_at <= now() returning account_id, id, blob_key`,
    [tx.accountId, id, leaseMs],
  );
  return claim ?? null;
}

/** After the blob is gone. */
export async function forgetBlobDeletion(tx: TenantTx, id: string): Promise<void> {
  await tx.query("delete from blob_deletions where account_id = $1 and id = $2", [tx.accountId, id]);
}
