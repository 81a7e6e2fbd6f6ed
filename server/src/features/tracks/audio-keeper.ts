import type { Readable } from "node:stream";
import type { Database, TenantTx } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import { blobSource } from "./audio/byte-source.ts";
import { readAudioFactsInThread } from "./audio/facts-in-thread.ts";
import type { AudioFacts } from "./audio/facts.ts";
import { removeBlobNow } from "./blob-deletion.ts";
import { blobDeletion, cancelBlobDeletion } from "./blob-deletion-store.ts";
import { DAY_MS } from "../../platform/time/index.ts";

/** Audio in storage that no track owns yet. `id` is the id its track will have. */
export interface StoredAudio {
  accountId: string;
  id: string;
  blobKey: string;
  bytes: number;
  sha256: string;
  facts: AudioFacts;
}

/** Far longer than any upload or generation may take between its first byte and its transaction. */
const GIVE_UP_AFTER_MS = DAY_MS;

export interface AudioKeeperDeps {
  db: Database;
  storage: BlobStorage;
}

/**
 * Stores audio and reads what it is. Throws `BlobTooLargeError`, `AudioError` and what the source throws, and then
 * nothing stays. The result stays only if `keepAudio` runs in a transaction that commits within a day.
 */
export async function storeAudio(
  { db, storage }: AudioKeeperDeps,
  accountId: string,
  source: Readable | Uint8Array,
  options?: { maxBytes?: number },
): Promise<StoredAudio> {
  const id = newId();
  const blobKey = `${accountId}/${id}`;
  const visibleAfter = db.writeTenant(accountId, blobDeletion(accountId, { id, blobKey, delayMs: GIVE_UP_AFTER_MS }));
  try {
    const { bytes, sha256 } = await storage.put(blobKey, source, { ...options, visibleAfter });
    return {
      accountId,
      id,
      blobKey,
      bytes,
      sha256,
      facts: await readAudioFactsInThread(blobSource(storage, blobKey, bytes)),
    };
  } catch (error) {
    await Promise.allSettled([visibleAfter]);
    await discardAudio({ db, storage }, { accountId, id });
    throw error;
  }
}

/** Part of the transaction that makes the track: from its commit on the audio stays. */
export function keepAudio(tx: TenantTx, stored: Pick<StoredAudio, "id">): Promise<void> {
  return cancelBlobDeletion(tx, stored.id);
}

/**
 * Removes stored audio, unless a transaction with `keepAudio` did commit: so this is right even when the outcome of
 * that transaction is unknown. Never throws: what cannot be done now is done by the sweep within a day.
 */
export async function discardAudio(
  deps: AudioKeeperDeps,
  stored: Pick<StoredAudio, "accountId" | "id">,
): Promise<void> {
  await removeBlobNow(deps, stored).catch(() => {});
}
