import { ok, type Handler } from "../../platform/http/operation.ts";
import type { OauthDeps } from "./deps.ts";
import { type ConnectedAppRow, selectConnectedApps } from "./grant-store.ts";
import { presentConnectedApp } from "./present.ts";

export const listConnectedApps =
  ({ db, clock, cursors }: Pick<OauthDeps, "db" | "clock" | "cursors">): Handler<"listConnectedApps"> =>
  async ({ principal: { accountId }, query }) => {
    const scope = `connected_apps|${accountId}`;
    const page = cursors.read(query, scope);
    const statement = selectConnectedApps(accountId, page, clock.now());
    const rows = await db.readSystem<ConnectedAppRow>("connected apps: the apps belong to other accounts", statement);
    return ok(cursors.page(rows, page, scope, presentConnectedApp));
  };
