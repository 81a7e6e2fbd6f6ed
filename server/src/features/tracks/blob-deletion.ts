import type { Database } from "../../platform/db/index.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import type { WorkKind } from "../../platform/work/index.ts";
import { claimBlobDeletion, purgeBlobDeletion, hastenBlobDeletion, selectBlobsDue } from "./blob-deletion-store.ts";
import type { BlobDeletionClaim } from "./blob-deletion-store.ts";
import { blobDeletionKind } from "./work-names.ts";

export interface BlobDeletionDeps {
  db: Database;
  storage: BlobStorage;
}

const leaseMs = 60_000;
const concurrency = 4;

/** Removes blobs whose track was deleted or never made. A try that fails is repeated when its lease ends. */
export function blobDeletionWork(deps: BlobDeletionDeps): WorkKind<BlobDeletionClaim> {
  return {
    name: blobDeletionKind,
    queue: blobDeletionKind,
    concurrency,
    leaseMs,
    due: async (limit, among) => {
      const ids = among?.map(({ id }) => id) ?? null;
      const rows = await deps.db.asSystem("sweep blobs to delete", (tx) => selectBlobsDue(tx, limit, ids));
      return rows.map(({ id, account_id }) => ({ id, accountId: account_id }));
    },
    claim: ({ id, accountId }) => deps.db.withTenant(accountId, (tx) => claimBlobDeletion(tx, id, leaseMs)),
    run: (claim) => removeBlob(deps, claim),
  };
}

/** The same at once, for a blob whose deletion is scheduled for later; does nothing when it is not. */
export async function removeBlobNow(
  deps: BlobDeletionDeps,
  { accountId, id }: { accountId: string; id: string },
): Promise<void> {
  const claim = await deps.db.withTenant(accountId, async (tx) =>
    (await hastenBlobDeletion(tx, id)) ? claimBlobDeletion(tx, id, leaseMs) : null,
  );
  if (claim) await removeBlob(deps, claim);
}

/** First the blob, then the row that remembers it: a crash between them repeats a deletion that does nothing. */
async function removeBlob({ db, storage }: BlobDeletionDeps, claim: BlobDeletionClaim): Promise<void> {
  await storage.delete(claim.blob_key);
  await db.withTenant(claim.account_id, (tx) => purgeBlobDeletion(tx, claim.id));
}
