import { only } from "../../platform/db/index.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { CheckPassword } from "./check-password.ts";
import type { AccountsDeps } from "./deps.ts";
import { normalizeEmail } from "./email.ts";
import { sendVerification } from "./email-verification.ts";
import { presentProfile } from "./present.ts";
import { type ProfileRow, selectProfile, selectUserByEmail, type UserRow } from "./store.ts";
import { deleteTokens } from "./token-store.ts";
import { type OwnerRow, renameAccounts } from "./user-store.ts";

export const updateProfile = (deps: AccountsDeps, check: CheckPassword): Handler<"updateProfile"> => {
  const { db } = deps;
  return async ({ principal, body, ip }) => {
    const { kind, accountId } = principal;
    const { name, email, password } = body;
    let move: { owner: OwnerRow; email: string } | null = null;
    if (email !== undefined) {
      if (kind !== "session") {
        throw new ProblemError("session_required", {
          detail: "A program cannot change the e-mail address. Sign in and send the session's token.",
        });
      }
      move = { owner: await check(principal, { field: "password", password, ip }), email: normalizeEmail(email) };
      const [other] = await db.readSystem<UserRow>(
        "change an address: is it somebody else's?",
        selectUserByEmail(move.email),
      );
      if (other && other.id !== move.owner.user_id) throw new ProblemError("email_taken");
    }
    await db.asSystem("update a profile: it is that of both accounts of a pair", async (tx) => {
      if (name !== undefined) await renameAccounts(tx, accountId, name.trim());
      if (!move) return;
      const { owner } = move;
      // A link to an address that was typed before must not work any more.
      await deleteTokens(tx, owner.user_id, "verify_email");
      if (move.email === owner.email) return;
      await sendVerification(deps, tx, { accountId: owner.account_id, userId: owner.user_id, email: move.email });
      await deps.notify(tx, owner.account_id, {
        to: owner.email,
        subject: "Your e-mail address is about to change",
        paragraphs: [
          `Somebody who knows your password wants ${move.email} to be the address of your MusicVerse account.`,
          "It becomes that as soon as the link in a mail to it is opened.",
          "If it was not you, change your password now.",
        ],
      });
    });
    const row = only(
      await db.readSystem<ProfileRow>("profile: the owner of a pair of accounts", selectProfile(accountId)),
      `the owner of account ${accountId}`,
    );
    return ok(presentProfile(row));
  };
};
