import { noContent, type Handler } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { credentialsChannel, endSession } from "./store.ts";

export const signOut =
  ({ db, clock }: Pick<AccountsDeps, "db" | "clock">): Handler<"signOut"> =>
  async ({ principal: { sessionId } }) => {
    if (sessionId === null) throw new Error("signOut was reached without a session: its security in the spec changed");
    // The session belongs to the live account, whichever of the two it acts on now.
    await db.asSystem("sign out", async (tx) => {
      const tokenHash = await endSession(tx, sessionId, clock.now());
      if (tokenHash) await tx.notify(credentialsChannel, tokenHash.toString("hex"));
    });
    return noContent();
  };
