import { created } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { newId } from "../../platform/ids/index.ts";
import type { LibraryDeps } from "./deps.ts";
import { applyFields } from "./fields.ts";
import { presentAsset } from "./present.ts";
import { insertAsset } from "./store.ts";
import type { NewAsset } from "./store.ts";

export const createAsset =
  ({ emit }: Pick<LibraryDeps, "emit">): Handler<"createAsset"> =>
  async ({ body, requestId, write }) =>
    write(async (tx) => {
      const asset = presentAsset(await insertAsset(tx, applyFields(emptyReel(), body)));
      await emit(tx, { type: "asset.created", data: asset, requestId });
      return created(asset, { Location: `/v1/library/assets/${asset.id}` });
    });

function emptyReel(): NewAsset {
  return {
    id: newId(), kind: "reel", status: "draft", title: "", platform: null, hook: null, script: null, caption: null,
    hashtags: [], tags: [], metadata: {}, generation_id: null,
    blob_key: null, sha256: null, bytes: null, content_type: null, width: null, height: null,
  };
}
