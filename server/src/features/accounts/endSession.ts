import { noContent, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import type { AccountsDeps } from "./deps.ts";
import { personOf } from "./person.ts";
import { endSessionOf } from "./session-store.ts";
import { credentialsChannel } from "./store.ts";

export const endSession =
  ({ db, clock }: Pick<AccountsDeps, "db" | "clock">): Handler<"endSession"> =>
  async ({ principal, path }) => {
    const id = decodeId("ses", path.session_id);
    await db.asSystem("end a session: it belongs to the live account", async (tx) => {
      const tokenHash = id && (await endSessionOf(tx, personOf(principal), id, clock.now()));
      if (!tokenHash) throw new ProblemError("not_found", { detail: "You have no such session, or it ended before." });
      await tx.notify(credentialsChannel, tokenHash.toString("hex"));
    });
    return noContent();
  };
