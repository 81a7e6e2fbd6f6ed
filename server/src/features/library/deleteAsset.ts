import { noContent } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { decodeId, encodeId } from "../../platform/ids/index.ts";
import { blobDeletionKind, deleteBlobWith } from "../tracks/index.ts";
import type { LibraryDeps } from "./deps.ts";
import { noSuchAsset } from "./getAsset.ts";
import { deleteAssetRow, lockAsset } from "./store.ts";

/** The row goes, with its event, in one transaction that also makes the deletion of its picture durable work. */
export const deleteAsset =
  ({ emit, work }: Pick<LibraryDeps, "emit" | "work">): Handler<"deleteAsset"> =>
  async ({ principal: { accountId }, path, requestId, write }) => {
    const id = decodeId("ast", path.asset_id);
    if (id === null) throw noSuchAsset();
    return write(async (tx) => {
      const row = await lockAsset(tx, id);
      if (!row) throw noSuchAsset();
      await deleteAssetRow(tx, id);
      if (row.blob_key !== null) {
        await deleteBlobWith(tx, { id, blobKey: row.blob_key });
        tx.afterCommit(() => work.enqueue(blobDeletionKind, { id, accountId }));
      }
      const data = { object: "asset", id: encodeId("ast", id), deleted: true } as const;
      await emit(tx, { type: "asset.deleted", data, requestId });
      return noContent();
    });
  };
