import { hashPassword } from "../../platform/crypto/index.ts";
import { newId } from "../../platform/ids/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { AccountsDeps } from "./deps.ts";
import { normalizeEmail } from "./email.ts";
import { endSessions } from "./end-sessions.ts";
import { createMailThrottle } from "./mail-throttle.ts";
import { noticeOfNewPassword } from "./new-password.ts";
import { resetNobody, resetRequestKind, sealResetRequest } from "./reset-request.ts";
import { hashToken } from "./session-token.ts";
import { deletePendingEmails, deleteTokens, insertResetRequest, selectToken, takeToken } from "./token-store.ts";
import { setForgottenPassword, unlinkUnproven } from "./user-store.ts";

/**
 * Asks for a reset mail. All that happens here is one row, whoever the address belongs to: looking it up is the worker's
 * part, so neither the answer nor its time tells which addresses are known.
 * @throws ProblemError rate_limited, when this network asks for too many
 */
export function createResetRequests({ db, clock, keyRing, limiter, publicUrl, work }: AccountsDeps) {
  const throttle = createMailThrottle(limiter);
  return async (given: string, ip: string): Promise<void> => {
    const email = normalizeEmail(given);
    await throttle.ofNetwork(ip);
    // Said to nobody: the mails that were sent still work, and an attacker learns nothing.
    if (!(await throttle.ofAddress(email))) return;
    const id = newId();
    const content = sealResetRequest(keyRing, id, { email, origin: publicUrl() });
    await db.asSystem("ask for a password reset: no tenant is known", async (tx) => {
      await insertResetRequest(tx, { id, content, created_at: clock.now() });
      tx.afterCommit(() => work.enqueue(resetRequestKind, { id, accountId: resetNobody }));
    });
  };
}

/**
 * Uses the link of a reset mail: the new password counts, and whoever was signed in is not.
 * @throws ProblemError invalid_link
 */
export async function setNewPassword(
  { db, clock, notify }: Pick<AccountsDeps, "db" | "clock" | "notify">,
  { token, password }: { token: string; password: string },
): Promise<void> {
  const tokenHash = hashToken(token);
  // Hashing is the expensive part: not for every made-up token.
  const known = await db.readSystem("password reset: the link names the tenant", selectToken("reset_password", tokenHash, clock.now()));
  if (known.length === 0) throw new ProblemError("invalid_link");
  const passwordHash = await hashPassword(password);
  await db.asSystem("reset a password: the link names the tenant", async (tx) => {
    const at = clock.now();
    const used = await takeToken(tx, "reset_password", tokenHash, at);
    if (used) await unlinkUnproven(tx, { accountId: used.account_id, userId: used.user_id });
    const user = used && (await setForgottenPassword(tx, { accountId: used.account_id, userId: used.user_id, email: used.email, passwordHash, at }));
    if (!used || !user) throw new ProblemError("invalid_link");
    await deleteTokens(tx, used.user_id, "reset_password");
    await deletePendingEmails(tx, used.user_id);
    await endSessions(tx, { accountId: used.account_id, userId: used.user_id }, { at });
    await notify(tx, user.account_id, noticeOfNewPassword);
  });
}
