import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { readTracks } from "../tracks/index.ts";
import { cursorId, readCursorId } from "./cursor.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { noSuchPlaylist, playlistIdOf } from "./find.ts";
import { countItemsBefore, selectItems } from "./item-store.ts";
import type { PageRow } from "./item-store.ts";
import { presentItem } from "./present.ts";

export const listPlaylistTracks =
  ({ db, cursors }: Pick<PlaylistsDeps, "db" | "cursors">): Handler<"listPlaylistTracks"> =>
  async ({ principal: { accountId }, path, query }) => {
    const id = playlistIdOf(path.playlist_id);
    const scope = `playlist|${accountId}|${id}`;
    const page = cursors.read(query, scope);
    const after = page.afterId === null ? null : readCursorId(page.afterId);
    const rows = await db.readTenant<PageRow>(
      accountId,
      selectItems(accountId, id, { afterRank: after?.rank ?? null, limit: page.limit }),
    );
    const [first] = rows;
    if (!first) throw noSuchPlaylist();
    if (after && after.numbering !== first.numbering) throw startAgain();

    const items = rows.filter((row) => row.id !== null);
    const [tracks, [before]] = await Promise.all([
      readTracks(
        db,
        accountId,
        items.map((row) => row.track_id),
      ),
      db.readTenant<{ count: number }>(accountId, countItemsBefore(accountId, id, items[0]?.rank ?? "0")),
    ]);
    const marked = items.map((item, index) => ({
      item,
      id: cursorId(BigInt(item.rank), item.numbering),
      position: (before?.count ?? 0) + index,
    }));
    const { data, ...rest } = cursors.page(marked, page, scope, ({ item, position }) => {
      // Without a track: deleted since the items were read, and its place with it.
      const track = tracks.get(item.track_id);
      return track ? [presentItem(item, position, track)] : [];
    });
    return ok({ ...rest, data: data.flat() });
  };

function startAgain(): ProblemError {
  const message = "The playlist's order was rewritten since. Omit cursor to start again.";
  return new ProblemError("invalid_cursor", { errors: [{ path: "/query/cursor", code: "invalid_cursor", message }] });
}
