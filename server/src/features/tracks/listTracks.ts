import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { presentTrack } from "./present.ts";
import type { TracksDeps } from "./deps.ts";
import { selectTracks } from "./store.ts";
import type { TrackRow } from "./store.ts";

export const listTracks =
  ({ db, cursors }: Pick<TracksDeps, "db" | "cursors">): Handler<"listTracks"> =>
  async ({ principal: { accountId }, query }) => {
    const scope = `tracks|${accountId}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<TrackRow>(accountId, selectTracks(accountId, page));
    return ok(cursors.page(rows, page, scope, presentTrack));
  };
