import { ok, type Handler } from "../../platform/http/operation.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { type AdministeredAccountRow, selectAccountsPage } from "./admin-store.ts";
import { presentAccount } from "./present.ts";
import type { AccountsDeps } from "./deps.ts";

export const listAccounts =
  ({ db, cursors, countKeys }: Pick<AccountsDeps, "db" | "cursors" | "countKeys">): Handler<"listAccounts"> =>
  async ({ query }) => {
    const search = query.search ?? null;
    const scope = `accounts|${search}`;
    const page = cursors.read(query, scope);
    const statement = selectAccountsPage(
      { ...page, search, id: search === null ? null : decodeId("acc", search) },
      countKeys,
    );
    const rows = await db.readSystem<AdministeredAccountRow>("an administrator lists accounts", statement);
    return ok(cursors.page(rows, page, scope, presentAccount));
  };
