import { noContent, type Handler } from "../../platform/http/operation.ts";
import { decodeId, encodeId } from "../../platform/ids/index.ts";
import { recordAdminAction } from "../admin/index.ts";
import { type AdministeredAccountRow, endSessions, selectAccount } from "./admin-store.ts";
import { noSuchAccount } from "./getAccount.ts";
import type { AccountsDeps } from "./deps.ts";
import { credentialsChannel } from "./store.ts";
import { countSignOut } from "./user-store.ts";

export const revokeAccountSessions =
  ({ db, clock, countKeys }: Pick<AccountsDeps, "db" | "clock" | "countKeys">): Handler<"revokeAccountSessions"> =>
  async ({ principal, requestId, path }) => {
    const id = decodeId("acc", path.account_id);
    const [account] =
      id === null
        ? []
        : await db.readSystem<AdministeredAccountRow>(
            "an administrator looks at an account",
            selectAccount(id, countKeys),
          );
    if (!account) throw noSuchAccount();
    await db.asSystem("an administrator revokes the sessions of an account", async (tx) => {
      const at = clock.now();
      await countSignOut(tx, { accountId: account.id, userId: null });
      const ended = await endSessions(tx, account.id, at);
      for (const tokenHash of ended) await tx.notify(credentialsChannel, tokenHash.toString("hex"));
      const targetId = encodeId("acc", account.id);
      const details = { sessions: ended.length };
      await recordAdminAction(
        tx,
        { principal, requestId },
        { action: "sessions.revoked", targetAccountId: account.id, targetId, details, at },
      );
    });
    return noContent();
  };
