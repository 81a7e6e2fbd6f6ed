import { noContent, type Handler } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { endSessions } from "./end-sessions.ts";
import { personOf } from "./person.ts";

export const endOtherSessions =
  ({ db, clock }: Pick<AccountsDeps, "db" | "clock">): Handler<"endOtherSessions"> =>
  async ({ principal }) => {
    await db.asSystem("end sessions: they belong to the live account", (tx) =>
      endSessions(tx, personOf(principal), { except: principal.sessionId, at: clock.now() }),
    );
    return noContent();
  };
