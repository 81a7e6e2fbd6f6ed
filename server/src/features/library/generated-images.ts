import type { TenantTx } from "../../platform/db/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { cancelBlobDeletion } from "../tracks/index.ts";
import { discardImage, storeImage } from "./image-keeper.ts";
import type { ImageKeeperDeps, StoredImage } from "./image-keeper.ts";
import { presentAsset } from "./present.ts";
import { insertAsset } from "./store.ts";
import type { AssetRow } from "./store.ts";

/** How a finished generation becomes a picture in the library: store outside the transaction, create inside, discard when it fails. */
export interface GeneratedImages {
  /** Throws `ImageError` when the bytes are no whole JPEG, PNG or WebP; nothing stays then. */
  store(accountId: string, image: Uint8Array): Promise<StoredImage>;
  /** Inserts the asset and its `asset.created`. A generation has one picture at most: a second one violates a key. */
  create(
    tx: TenantTx,
    image: {
      generationId: string;
      title: string;
      stored: StoredImage;
      requestId: string;
      platform?: AssetRow["platform"];
      tags?: string[];
    },
  ): Promise<AssetRow>;
  /** Harmless when the asset was created after all. A picture that is never discarded goes by itself after a day. */
  discard(stored: StoredImage): Promise<void>;
}

export function createGeneratedImages(deps: ImageKeeperDeps & { emit: EmitEvent }): GeneratedImages {
  return {
    store: (accountId, image) => storeImage(deps, accountId, image),
    create: async (
      tx,
      { generationId, title, stored: { id, blobKey, bytes, sha256, facts }, requestId, platform = null, tags = [] },
    ) => {
      await cancelBlobDeletion(tx, id);
      const row = await insertAsset(tx, {
        id,
        kind: "image",
        status: "draft",
        title,
        platform,
        hook: null,
        script: null,
        caption: null,
        hashtags: [],
        tags,
        metadata: {},
        draft_id: null,
        variant_id: null,
        generation_id: generationId,
        blob_key: blobKey,
        sha256,
        bytes,
        content_type: facts.contentType,
        width: facts.width,
        height: facts.height,
      });
      await deps.emit(tx, { type: "asset.created", data: presentAsset(row), requestId });
      return row;
    },
    discard: (stored) => discardImage(deps, stored),
  };
}
