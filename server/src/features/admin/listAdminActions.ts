import { ok, type Handler } from "../../platform/http/operation.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { presentAdminAction } from "./present.ts";
import type { AdminDeps } from "./deps.ts";
import { type AdminActionRow, selectAdminActions } from "./store.ts";

export const listAdminActions =
  ({ db, cursors }: AdminDeps): Handler<"listAdminActions"> =>
  async ({ query }) => {
    const targetAccountId = query.account_id === undefined ? null : decodeId("acc", query.account_id);
    const scope = `admin_actions|${targetAccountId}`;
    const page = cursors.read(query, scope);
    const rows = await db.readSystem<AdminActionRow>(
      "an administrator lists admin actions",
      selectAdminActions({ ...page, targetAccountId }),
    );
    return ok(cursors.page(rows, page, scope, presentAdminAction));
  };
