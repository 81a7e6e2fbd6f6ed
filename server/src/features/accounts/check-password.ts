import type { Clock } from "../../platform/clock/index.ts";
import { only, type Database } from "../../platform/db/index.ts";
import type { Principal } from "../../platform/http/context.ts";
import { invalidField, ProblemError } from "../../platform/http/problem.ts";
import { beginOf } from "./session-token.ts";
import type { SignInCheck } from "./sign-in-check.ts";
import { selectOwner, type OwnerRow } from "./user-store.ts";
import { MINUTE_MS } from "../../platform/time/index.ts";

/** A session that is younger than this proves as much as a password. */
const FRESH_MS = 10 * MINUTE_MS;

export interface GivenPassword {
  /** Its name in the body. */
  field: string;
  password: string | undefined;
  ip: string;
}

/**
 * The owner of the account, after they gave their password; wrong ones count as failed sign-ins, or a stolen session
 * could try all of them. Who has no password has just signed in instead.
 * @throws ProblemError wrong_password, too_many_failures, sign_in_again, validation_failed
 */
export type CheckPassword = (principal: Principal, given: GivenPassword) => Promise<OwnerRow>;

export function createPasswordCheck({
  db,
  clock,
  signInCheck,
}: {
  db: Database;
  clock: Clock;
  signInCheck: SignInCheck;
}): CheckPassword {
  return async ({ accountId, sessionId, expiresAt }, { field, password, ip }) => {
    const owner = only(
      await db.readSystem<OwnerRow>("check a password: the owner of a pair of accounts", selectOwner(accountId)),
      `the owner of account ${accountId}`,
    );
    if (owner.password_hash === null) {
      const began = sessionId === null || expiresAt === null ? null : beginOf(expiresAt);
      if (began !== null && clock.now().getTime() - began.getTime() < FRESH_MS) return owner;
      throw new ProblemError("sign_in_again", {
        detail:
          "You have no password, and this session began more than ten minutes ago. Sign in with the provider again, and repeat this with the new session.",
      });
    }
    if (password === undefined) throw invalidField(`/body/${field}`, "required", "Send your current password.");
    const person = await signInCheck({ email: owner.email, password, ip });
    if (person?.userId !== owner.user_id) throw new ProblemError("wrong_password");
    return owner;
  };
}
