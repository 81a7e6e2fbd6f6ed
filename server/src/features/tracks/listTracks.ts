import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { presentTrack } from "./present.ts";
import type { TracksDeps } from "./deps.ts";
import { searchWords, selectTracks } from "./list-store.ts";
import type { TrackFilter } from "./list-store.ts";
import type { TrackRow } from "./store.ts";

export const listTracks =
  ({ db, cursors }: Pick<TracksDeps, "db" | "cursors">): Handler<"listTracks"> =>
  async ({ principal: { accountId }, query }) => {
    const filter: TrackFilter = {
      source: query.source ?? null,
      format: query.format ?? null,
      words: searchWords(query.search ?? ""),
      since: query.since === undefined ? null : new Date(query.since),
      until: query.until === undefined ? null : new Date(query.until),
    };
    const scope = `tracks|${accountId}|${JSON.stringify(filter)}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<TrackRow>(accountId, selectTracks(accountId, { ...page, ...filter }));
    return ok(cursors.page(rows, page, scope, presentTrack));
  };
