import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { exported } from "./exports.ts";
import { playlistsRoutes } from "./routes.ts";

export const playlistsSlice = ({ clock, db }: Services, { cursors, emit }: Shared) =>
  ({
    api: () => ({ routes: playlistsRoutes({ db, clock, cursors, emit }) }),
    exports: exported,
  }) satisfies Slice;
