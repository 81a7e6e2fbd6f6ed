import type { Database } from "../../platform/db/index.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import { defineLeasedWork, type WorkKind } from "../../platform/work/index.ts";
import { blobDeletionLeases, type BlobDeletionClaim, hastenBlobDeletion } from "./blob-deletion-store.ts";

export const blobDeletionKind = "blob-deletion";

export interface BlobDeletionDeps {
  db: Database;
  storage: BlobStorage;
}

const leaseMs = 60_000;
const concurrency = 4;

/** Removes blobs whose track was deleted or never made. A try that fails is repeated when its lease ends. */
export function blobDeletionWork(deps: BlobDeletionDeps): WorkKind<BlobDeletionClaim> {
  return defineLeasedWork({
    name: blobDeletionKind,
    db: deps.db,
    leases: blobDeletionLeases,
    concurrency,
    leaseMs,
    run: (claim) => removeBlob(deps, claim),
  });
}

/** The same at once, for a blob whose deletion is scheduled for later; does nothing when it is not. */
export async function removeBlobNow(
  deps: BlobDeletionDeps,
  { accountId, id }: { accountId: string; id: string },
): Promise<void> {
  const claim = await deps.db.withTenant(accountId, async (tx) =>
    (await hastenBlobDeletion(tx, id)) ? blobDeletionLeases.claim(tx, id, leaseMs) : null,
  );
  if (claim) await removeBlob(deps, claim);
}

/** First the blob, then the row that remembers it: a crash between them repeats a deletion that does nothing. */
async function removeBlob({ db, storage }: BlobDeletionDeps, claim: BlobDeletionClaim): Promise<void> {
  await storage.delete(claim.blob_key);
  await db.withTenant(claim.account_id, (tx) => blobDeletionLeases.remove(tx, claim));
}
