import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { presentPlaylist } from "./present.ts";
import { selectPlaylists } from "./store.ts";
import type { PlaylistRow } from "./store.ts";

export const listPlaylists =
  ({ db, cursors }: Pick<PlaylistsDeps, "db" | "cursors">): Handler<"listPlaylists"> =>
  async ({ principal: { accountId }, query }) => {
    const scope = `playlists|${accountId}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<PlaylistRow>(accountId, selectPlaylists(accountId, page));
    return ok(cursors.page(rows, page, scope, presentPlaylist));
  };
