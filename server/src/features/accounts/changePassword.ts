import { noContent, type Handler } from "../../platform/http/operation.ts";
import type { CheckPassword } from "./check-password.ts";
import type { AccountsDeps } from "./deps.ts";
import { endSessions } from "./end-sessions.ts";
import { noticeOfNewPassword } from "./new-password.ts";
import { hashOf } from "./passwords.ts";
import { personOf } from "./person.ts";
import { deletePendingEmails, deleteTokens } from "./token-store.ts";
import { setPassword } from "./user-store.ts";

export const changePassword = (deps: AccountsDeps, check: CheckPassword): Handler<"changePassword"> => {
  const { db, clock, notify } = deps;
  return async ({ principal, body, ip }) => {
    const owner = await check(principal, { field: "current_password", password: body.current_password, ip });
    const passwordHash = await hashOf(body.new_password);
    await db.asSystem("change a password: the user belongs to the live account", async (tx) => {
      const at = clock.now();
      await setPassword(tx, personOf(principal), passwordHash);
      await deleteTokens(tx, owner.user_id, "reset_password");
      // Whoever knew the old password may have sent one to a mailbox of theirs: it would give them the account.
      await deletePendingEmails(tx, owner.user_id);
      await endSessions(tx, personOf(principal), { except: principal.sessionId, at });
      await notify(tx, owner.account_id, noticeOfNewPassword);
    });
    return noContent();
  };
};
