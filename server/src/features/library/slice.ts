import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { eraseAssets } from "./erase.ts";
import { exported } from "./exports.ts";
import { libraryRoutes } from "./routes.ts";

export const librarySlice = ({ db, storage, work }: Services, { cursors, emit }: Shared) =>
  ({
    api: () => ({ routes: libraryRoutes({ db, storage, cursors, emit, work }) }),
    exports: exported,
    // They keep the keys of files.
    erase: { tables: ["assets"], run: (accountId, { signal }) => eraseAssets(db, accountId, signal) },
  }) satisfies Slice;
