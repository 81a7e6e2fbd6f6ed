import { ok, type Handler } from "../../platform/http/operation.ts";
import type { EntitlementsDeps } from "./deps.ts";
import { presentChange } from "./present.ts";
import { selectChanges, type EntitlementChangeRow } from "./store.ts";

export const listEntitlementChanges =
  ({ db, cursors }: Pick<EntitlementsDeps, "db" | "cursors">): Handler<"listEntitlementChanges"> =>
  async ({ principal, query }) => {
    const scope = `entitlement_changes|${principal.accountId}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<EntitlementChangeRow>(principal.accountId, selectChanges(page));
    return ok(cursors.page(rows, page, scope, presentChange));
  };
