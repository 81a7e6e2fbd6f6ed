import type { Database } from "../../platform/db/index.ts";
import { assetsToBlobDeletions } from "./store.ts";

const AT_ONCE = 100;

/** Removes all assets of an account; the deletion of their files is due then, and `eraseTracks` does it. May be repeated. */
export async function eraseAssets(db: Database, accountId: string, signal: AbortSignal): Promise<void> {
  for (let gone = 1; gone > 0;) {
    signal.throwIfAborted();
    gone = await db.withTenant(accountId, (tx) => assetsToBlobDeletions(tx, AT_ONCE));
  }
}
