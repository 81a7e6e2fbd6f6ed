import { noContent, type Handler } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { personOf } from "./person.ts";
import { endSessionOf } from "./session-store.ts";
import { credentialsChannel } from "./store.ts";

export const signOut =
  ({ db, clock }: Pick<AccountsDeps, "db" | "clock">): Handler<"signOut"> =>
  async ({ principal }) => {
    const { sessionId } = principal;
    if (sessionId === null) throw new Error("signOut was reached without a session: its security in the spec changed");
    await db.asSystem("sign out: the session belongs to the live account", async (tx) => {
      const tokenHash = await endSessionOf(tx, personOf(principal), sessionId, clock.now());
      if (tokenHash) await tx.notify(credentialsChannel, tokenHash.toString("hex"));
    });
    return noContent();
  };
