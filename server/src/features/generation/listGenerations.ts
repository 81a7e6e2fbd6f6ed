import { ok, type Handler } from "../../platform/http/operation.ts";
import { presentGeneration } from "./present.ts";
import type { GenerationDeps } from "./deps.ts";
import { selectGenerations, type GenerationRow } from "./store.ts";

export const listGenerations =
  ({ db, cursors }: Pick<GenerationDeps, "db" | "cursors">): Handler<"listGenerations"> =>
  async ({ principal: { accountId }, query }) => {
    const status = query.status ?? null;
    const scope = `generations|${accountId}|${status}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<GenerationRow>(accountId, selectGenerations(accountId, { ...page, status }));
    return ok(cursors.page(rows, page, scope, presentGeneration));
  };
