import { ok, type Handler } from "../../platform/http/operation.ts";
import { presentKey } from "./present.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { type ApiKeyRow, selectKeys } from "./store.ts";

export const listApiKeys =
  ({ db, clock, cursors }: Pick<ApiKeysDeps, "db" | "clock" | "cursors">): Handler<"listApiKeys"> =>
  async ({ principal: { accountId, mode }, query }) => {
    const status = query.status ?? null;
    const now = clock.now();
    const scope = `api_keys|${accountId}|${status}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<ApiKeyRow>(accountId, selectKeys(accountId, page, { status, now }));
    return ok(cursors.page(rows, page, scope, (row) => presentKey(row, mode, now)));
  };
