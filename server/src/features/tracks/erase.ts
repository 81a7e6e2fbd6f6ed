import { removeBlobNow, type BlobDeletionDeps } from "./blob-deletion.ts";
import { countBlobDeletions, selectBlobsOf, tracksToBlobDeletions } from "./blob-deletion-store.ts";

const AT_ONCE = 100;

/**
 * Removes all tracks of an account with their audio. False while audio is being stored, whose request must end first;
 * with `abandoned` nobody is believed to be storing any more. May be repeated.
 */
export async function eraseTracks(
  deps: BlobDeletionDeps,
  accountId: string,
  { abandoned, signal }: { abandoned: boolean; signal: AbortSignal },
): Promise<boolean> {
  const inAccount = <T>(fn: Parameters<typeof deps.db.withTenant<T>>[1]) => {
    signal.throwIfAborted();
    return deps.db.withTenant(accountId, fn);
  };
  while ((await inAccount((tx) => tracksToBlobDeletions(tx, AT_ONCE))) > 0);
  for (;;) {
    const ids = await inAccount((tx) => selectBlobsOf(tx, { abandoned, limit: AT_ONCE }));
    if (ids.length === 0) break;
    for (const id of ids) await removeBlobNow(deps, { accountId, id });
  }
  return (await inAccount(countBlobDeletions)) === 0;
}
