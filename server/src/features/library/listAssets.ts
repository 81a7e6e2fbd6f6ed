import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import type { LibraryDeps } from "./deps.ts";
import { normalTags } from "./fields.ts";
import { presentAsset } from "./present.ts";
import { rankCursor, readRankCursor } from "./rank-cursor.ts";
import { searchAssets, selectAssets } from "./search-store.ts";
import type { AssetFilter, FoundAsset, Search } from "./search-store.ts";
import { selectAssetsById } from "./store.ts";
import type { AssetRow } from "./store.ts";

export const listAssets =
  ({ db, cursors }: Pick<LibraryDeps, "db" | "cursors">): Handler<"listAssets"> =>
  async ({ principal: { accountId }, query }) => {
    const filter: AssetFilter = {
      platform: query.platform ?? null,
      kind: query.kind ?? null,
      status: query.status ?? null,
    };
    const search: Search = { words: query.q ?? null, tags: normalTags((query.tags ?? "").split(",")) };
    const scope = `assets|${accountId}|${JSON.stringify([filter, search])}`;
    const page = cursors.read(query, scope);
    if (search.words === null && search.tags.length === 0) {
      const rows = await db.readTenant<AssetRow>(accountId, selectAssets(accountId, page, filter));
      return ok(cursors.page(rows, page, scope, presentAsset));
    }
    const after = page.afterId === null ? null : readRankCursor(page.afterId);
    const statement = searchAssets(accountId, { after, limit: page.limit }, search, filter);
    const found = await db.readSystem<FoundAsset>("search the library of one account", statement);
    const rows = await db.readTenant<AssetRow>(
      accountId,
      selectAssetsById(
        accountId,
        found.map(({ id }) => id),
      ),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    const places = found.map((place) => ({ id: rankCursor(place), row: byId.get(place.id) }));
    // Without a row: deleted since it was found.
    const { data, ...rest } = cursors.page(places, page, scope, ({ row }) => (row ? [presentAsset(row)] : []));
    return ok({ ...rest, data: data.flat() });
  };
