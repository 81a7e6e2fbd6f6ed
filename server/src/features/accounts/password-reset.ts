import { newId } from "../../platform/ids/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { AccountsDeps } from "./deps.ts";
import { normalizeEmail } from "./email.ts";
import { endSessions } from "./end-sessions.ts";
import { createMailThrottle } from "./mail-throttle.ts";
import { noticeOfFirstProof, noticeOfNewPassword } from "./new-password.ts";
import { hashOf } from "./passwords.ts";
import { resetRequestKind, sealResetRequest } from "./reset-request.ts";
import { hashToken } from "./session-token.ts";
import {
  deletePendingEmails,
  deleteTokens,
  insertResetRequest,
  resetNobody,
  selectToken,
  takeToken,
} from "./token-store.ts";
import { setForgottenPassword } from "./user-store.ts";

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
 * Uses the link of a reset mail: the new password counts, and whoever was signed in is not. Whoever proves an address that
 * nobody had proven may not be who signed up with it: then everything that opens the account ends, however it was made, and
 * its webhooks are disabled. (Account pre-hijacking; Sudhodanan and Paverd, 2022)
 * @throws ProblemError invalid_link, rate_limited
 */
export async function setNewPassword(
  { db, clock, notify, endUnproven }: Pick<AccountsDeps, "db" | "clock" | "notify" | "endUnproven">,
  { token, password }: { token: string; password: string },
): Promise<void> {
  const tokenHash = hashToken(token);
  // Hashing is the expensive part: not for every made-up token.
  const known = await db.readSystem(
    "password reset: the link names the tenant",
    selectToken("reset_password", tokenHash, clock.now()),
  );
  if (known.length === 0) throw new ProblemError("invalid_link");
  const passwordHash = await hashOf(password);
  await db.asSystem("reset a password: the link names the tenant", async (tx) => {
    const at = clock.now();
    const used = await takeToken(tx, "reset_password", tokenHash, at);
    const owner =
      used &&
      (await setForgottenPassword(tx, {
        accountId: used.account_id,
        userId: used.user_id,
        email: used.email,
        passwordHash,
        at,
      }));
    if (!used || !owner) throw new ProblemError("invalid_link");
    const person = { accountId: owner.account_id, userId: used.user_id };
    await deleteTokens(tx, used.user_id, "reset_password");
    await deletePendingEmails(tx, used.user_id);
    await endSessions(tx, person, { at });
    if (!owner.was_proven) for (const end of endUnproven) await end(tx, [owner.account_id, owner.sandbox_id], at);
    await notify(tx, owner.account_id, owner.was_proven ? noticeOfNewPassword : noticeOfFirstProof);
  });
}
