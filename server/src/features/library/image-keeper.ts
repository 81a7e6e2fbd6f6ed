import type { Database } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import { removeBlobNow, blobDeletion } from "../tracks/index.ts";
import { readImageFacts } from "./image-facts.ts";
import type { ImageFacts } from "./image-facts.ts";
import { DAY_MS } from "../../platform/time/index.ts";

/** A picture in storage that no asset owns yet. `id` is the id its asset will have. */
export interface StoredImage {
  accountId: string;
  id: string;
  blobKey: string;
  bytes: number;
  sha256: string;
  facts: ImageFacts;
}

/** Far longer than any generation may take between the first byte and its transaction. */
const GIVE_UP_AFTER_MS = DAY_MS;

export interface ImageKeeperDeps {
  db: Database;
  storage: BlobStorage;
}

/** Throws `ImageError`, and then nothing stays. The result stays only if an asset of it is committed within a day. */
export async function storeImage(
  { db, storage }: ImageKeeperDeps,
  accountId: string,
  image: Uint8Array,
): Promise<StoredImage> {
  const facts = await readImageFacts(image);
  const id = newId();
  const blobKey = `${accountId}/${id}`;
  const visibleAfter = db.writeTenant(accountId, blobDeletion(accountId, { id, blobKey, delayMs: GIVE_UP_AFTER_MS }));
  try {
    return { accountId, id, blobKey, facts, ...(await storage.put(blobKey, image, { visibleAfter })) };
  } catch (error) {
    await Promise.allSettled([visibleAfter]);
    await discardImage({ db, storage }, { accountId, id });
    throw error;
  }
}

/** Removes a stored picture, unless an asset of it was committed. Never throws: the sweep does it within a day otherwise. */
export async function discardImage(
  deps: ImageKeeperDeps,
  stored: Pick<StoredImage, "accountId" | "id">,
): Promise<void> {
  await removeBlobNow(deps, stored).catch(() => {});
}
