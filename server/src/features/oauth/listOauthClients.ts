import { ok, type Handler } from "../../platform/http/operation.ts";
import { type ClientRow, selectClients } from "./client-store.ts";
import type { OauthDeps } from "./deps.ts";
import { presentClient } from "./present.ts";

export const listOauthClients =
  ({ db, cursors }: Pick<OauthDeps, "db" | "cursors">): Handler<"listOauthClients"> =>
  async ({ principal: { accountId }, query }) => {
    const scope = `oauth_clients|${accountId}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<ClientRow>(accountId, selectClients(accountId, page));
    return ok(cursors.page(rows, page, scope, presentClient));
  };
