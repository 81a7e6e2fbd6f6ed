import { ok, type Handler } from "../../platform/http/operation.ts";
import { presentEvent } from "./present.ts";
import type { EventsDeps } from "./deps.ts";
import { selectEvents, type EventRow } from "./store.ts";

export const listEvents =
  ({ db, cursors }: EventsDeps): Handler<"listEvents"> =>
  async ({ principal: { accountId }, query }) => {
    const type = query.type ?? null;
    const scope = `events|${accountId}|${type}`;
    const page = cursors.read(query, scope);
    const rows = await db.readTenant<EventRow>(accountId, selectEvents(accountId, { ...page, type }));
    return ok(cursors.page(rows, page, scope, presentEvent));
  };
