import { ok, type Handler } from "../../platform/http/operation.ts";
import type { IncomingEventsDeps } from "./deps.ts";
import { presentIncomingEvent } from "./present.ts";
import { type IncomingEventRow, selectIncomingEvents } from "./store.ts";

export const listIncomingEvents =
  ({ db, cursors }: Pick<IncomingEventsDeps, "db" | "cursors">): Handler<"listIncomingEvents"> =>
  async ({ query }) => {
    const filter = { plugin: query.plugin ?? null, status: query.status ?? null };
    const scope = `incoming_events|${filter.plugin}|${filter.status}`;
    const page = cursors.read(query, scope);
    const rows = await db.readSystem<IncomingEventRow>(
      "an administrator lists incoming events",
      selectIncomingEvents({ ...page, ...filter }),
    );
    return ok(cursors.page(rows, page, scope, presentIncomingEvent));
  };
