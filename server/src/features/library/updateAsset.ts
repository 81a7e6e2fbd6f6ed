import { isDeepStrictEqual } from "node:util";
import { entityTag, requireMatch } from "../../platform/http/etag.ts";
import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { decodeId } from "../../platform/ids/index.ts";
import type { LibraryDeps } from "./deps.ts";
import { applyFields } from "./fields.ts";
import { noSuchAsset } from "./getAsset.ts";
import { presentAsset } from "./present.ts";
import { lockAsset, updateAssetRow } from "./store.ts";

/** Changes what is named and leaves the rest. An update that changes nothing is no event. */
export const updateAsset =
  ({ emit }: Pick<LibraryDeps, "emit">): Handler<"updateAsset"> =>
  async ({ path, body, headers, requestId, write }) => {
    const id = decodeId("ast", path.asset_id);
    if (id === null) throw noSuchAsset();
    return write(async (tx) => {
      const before = await lockAsset(tx, id);
      if (!before) throw noSuchAsset();
      requireMatch(headers, presentAsset(before));
      const after = applyFields(before, body);
      const same = isDeepStrictEqual(after, before);
      const asset = presentAsset(same ? before : await updateAssetRow(tx, after));
      if (!same) await emit(tx, { type: "asset.updated", data: asset, requestId });
      return ok(asset, { ETag: entityTag(asset) });
    });
  };
