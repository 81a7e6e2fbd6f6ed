import type { Database } from "../../platform/db/index.ts";
import { deleteBlobsWith } from "../tracks/index.ts";
import { deleteAssetsOf } from "./store.ts";

const AT_ONCE = 100;

/** Removes all assets of an account; the deletion of their files is due then, and `eraseTracks` does it. May be repeated. */
export async function eraseAssets(db: Database, accountId: string, signal: AbortSignal): Promise<void> {
  for (let gone = 1; gone > 0;) {
    signal.throwIfAborted();
    gone = await db.withTenant(accountId, async (tx) => {
      const assets = await deleteAssetsOf(tx, AT_ONCE);
      await deleteBlobsWith(
        tx,
        assets.flatMap(({ id, blob_key: blobKey }) => (blobKey === null ? [] : [{ id, blobKey }])),
      );
      return assets.length;
    });
  }
}
