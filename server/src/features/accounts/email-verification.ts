import type { Tx } from "../../platform/db/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { AccountsDeps } from "./deps.ts";
import { issueToken, type OneTimeToken } from "./one-time-token.ts";
import { hashToken } from "./session-token.ts";
import { deleteTokens, takeToken } from "./token-store.ts";
import { setEmail } from "./user-store.ts";

/** Sends the link that proves that `email` is the user's; in the caller's transaction. */
export async function sendVerification(
  { clock, notify, publicUrl }: Pick<AccountsDeps, "clock" | "notify" | "publicUrl">,
  tx: Tx,
  to: { accountId: string; userId: string; email: string },
): Promise<OneTimeToken> {
  const issued = await issueToken(tx, "verify_email", to, clock.now());
  await notify(tx, to.accountId, {
    to: to.email,
    subject: "Confirm your e-mail address",
    paragraphs: [
      "Somebody, probably you, uses this address for a MusicVerse account. Confirm that it is yours with the link below. It works once, for a day.",
      "If it was not you, there is nothing to do: without the link nothing happens.",
    ],
    action: { label: "Confirm this address", url: `${publicUrl()}/verify-email?token=${issued.token}` },
  });
  return issued;
}

/**
 * Uses the link: its address is the account's from now on, and verified.
 * @throws ProblemError invalid_link, email_taken
 */
export async function confirmEmail(
  { db, clock, notify }: Pick<AccountsDeps, "db" | "clock" | "notify">,
  token: string,
): Promise<void> {
  await db.asSystem("confirm an address: the link names the tenant", async (tx) => {
    const used = await takeToken(tx, "verify_email", hashToken(token), clock.now());
    if (!used) throw new ProblemError("invalid_link");
    const before = await setEmail(tx, {
      accountId: used.account_id,
      userId: used.user_id,
      email: used.email,
      at: clock.now(),
    }).catch((error: unknown) => {
      // Of the unique index: somebody else proved that the address is theirs, or signed up with it, in between.
      if ((error as { code?: string }).code === "23505") throw new ProblemError("email_taken");
      throw error;
    });
    if (!before) throw new ProblemError("invalid_link");
    await deleteTokens(tx, used.user_id, "verify_email");
    if (before.email === used.email) return;
    // Sent to the address that was left.
    await deleteTokens(tx, used.user_id, "reset_password");
    await notify(tx, before.account_id, {
      to: before.email,
      subject: "Your account has a new e-mail address",
      paragraphs: [`Your MusicVerse account now belongs to ${used.email}. This address is not used for it any more.`],
    });
  });
}
