import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { eraseAssets } from "./erase.ts";
import { exported } from "./exports.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { createAsset } from "./createAsset.ts";
import { deleteAsset } from "./deleteAsset.ts";
import type { LibraryDeps } from "./deps.ts";
import { downloadAssetFile } from "./downloadAssetFile.ts";
import { getAsset } from "./getAsset.ts";
import { listAssets } from "./listAssets.ts";
import { updateAsset } from "./updateAsset.ts";

export const librarySlice = ({ db, storage, work }: Services, { cursors, emit }: Shared) =>
  ({
    api: () => ({ routes: routes({ db, storage, cursors, emit, work }) }),
    exports: exported,
    // They keep the keys of files.
    erase: { tables: ["assets"], run: (accountId, { signal }) => eraseAssets(db, accountId, signal) },
  }) satisfies Slice;

const routes = (deps: LibraryDeps) =>
  ({
    createAsset: createAsset(deps),
    listAssets: listAssets(deps),
    getAsset: getAsset(deps),
    updateAsset: updateAsset(deps),
    downloadAssetFile: downloadAssetFile(deps),
    deleteAsset: deleteAsset(deps),
  }) satisfies Partial<Handlers>;
