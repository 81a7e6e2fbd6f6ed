import { ok, type Handler } from "../../platform/http/operation.ts";
import type { DraftsDeps } from "./deps.ts";
import { presentDraft } from "./present.ts";
import { selectDrafts, type DraftRow } from "./store.ts";
import { readWriting } from "./writing.ts";

export const listDrafts =
  ({ db, cursors, selectWriting }: Pick<DraftsDeps, "db" | "cursors" | "selectWriting">): Handler<"listDrafts"> =>
  async ({ principal: { accountId }, query }) => {
    const platform = query.platform ?? null;
    const scope = `drafts|${accountId}|${platform}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<DraftRow>(accountId, selectDrafts(accountId, { ...page, platform }));
    const writing = await readWriting(
      { db, selectWriting },
      accountId,
      rows.map(({ id }) => id),
    );
    return ok(cursors.page(rows, page, scope, (row) => presentDraft(row, writing(row.id))));
  };
