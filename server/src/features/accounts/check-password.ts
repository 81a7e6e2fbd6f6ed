import type { Database } from "../../platform/db/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { SignInCheck } from "./sign-in-check.ts";
import { type OwnerRow, selectOwner } from "./user-store.ts";

/**
 * The owner of the account, after they gave their password; wrong ones count as failed sign-ins, or a stolen session
 * could try all of them.
 * @throws ProblemError wrong_password, too_many_failures
 */
export type CheckPassword = (accountId: string, password: string, ip: string) => Promise<OwnerRow>;

export function createPasswordCheck({ db, signInCheck }: { db: Database; signInCheck: SignInCheck }): CheckPassword {
  return async (accountId, password, ip) => {
    const [owner] = await db.readSystem<OwnerRow>("check a password: the owner of a pair of accounts", selectOwner(accountId));
    if (!owner) throw new Error(`account ${accountId} has no owner`);
    const person = await signInCheck({ email: owner.email, password, ip });
    if (person?.userId !== owner.user_id) throw new ProblemError("wrong_password");
    return owner;
  };
}
