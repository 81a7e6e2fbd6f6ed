import { ok, type Handler } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { personOf } from "./person.ts";
import { presentSession } from "./present.ts";
import { type ListedSessionRow, selectSessions } from "./session-store.ts";

export const listSessions =
  ({ db, cursors, clock }: Pick<AccountsDeps, "db" | "cursors" | "clock">): Handler<"listSessions"> =>
  async ({ principal, query }) => {
    const person = personOf(principal);
    const scope = `sessions|${person.userId}`;
    const page = cursors.read(query, scope);
    // They belong to the live account, whichever of the two is acted on.
    const statement = selectSessions(person, { ...page, at: clock.now() });
    const rows = await db.readSystem<ListedSessionRow>(
      "list sessions: the user belongs to the live account",
      statement,
    );
    return ok(cursors.page(rows, page, scope, (row) => presentSession(row, principal.sessionId)));
  };
