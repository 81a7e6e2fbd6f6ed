import { ok, type Handler } from "../../platform/http/operation.ts";
import { presentKey } from "./present.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { type ApiKeyRow, selectKeys } from "./store.ts";

export const listApiKeys =
  ({ db, cursors }: Pick<ApiKeysDeps, "db" | "cursors">): Handler<"listApiKeys"> =>
  async ({ principal: { accountId, mode }, query }) => {
    const scope = `api_keys|${accountId}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<ApiKeyRow>(accountId, selectKeys(accountId, page));
    return ok(cursors.page(rows, page, scope, (row) => presentKey(row, mode)));
  };
