import type { Handlers } from "../../platform/http/operation.ts";
import { createAsset } from "./createAsset.ts";
import { deleteAsset } from "./deleteAsset.ts";
import type { LibraryDeps } from "./deps.ts";
import { downloadAssetFile } from "./downloadAssetFile.ts";
import { getAsset } from "./getAsset.ts";
import { listAssets } from "./listAssets.ts";
import { updateAsset } from "./updateAsset.ts";

export const libraryRoutes = (deps: LibraryDeps) =>
  ({
    createAsset: createAsset(deps),
    listAssets: listAssets(deps),
    getAsset: getAsset(deps),
    updateAsset: updateAsset(deps),
    downloadAssetFile: downloadAssetFile(deps),
    deleteAsset: deleteAsset(deps),
  }) satisfies Partial<Handlers>;
