import { verifyPassword } from "../../platform/crypto/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { AccountsDeps } from "./deps.ts";
import { createSignInThrottle } from "./sign-in-throttle.ts";
import { type OwnerRow, selectOwner } from "./user-store.ts";

/**
 * The owner of the account, after they gave their password; wrong ones count as failed sign-ins, or a stolen session
 * could try all of them.
 * @throws ProblemError wrong_password, too_many_failures
 */
export type CheckPassword = (accountId: string, password: string, ip: string) => Promise<OwnerRow>;

export function createPasswordCheck({ db, limiter }: Pick<AccountsDeps, "db" | "limiter">): CheckPassword {
  const throttle = createSignInThrottle(limiter);
  return async (accountId, password, ip) => {
    const [owner] = await db.readSystem<OwnerRow>("check a password: the owner of a pair of accounts", selectOwner(accountId));
    if (!owner) throw new Error(`account ${accountId} has no owner`);
    const right = await throttle.run(owner.email, ip, async () => ((await verifyPassword(owner.password_hash, password)) ? true : null));
    if (right === null) throw new ProblemError("wrong_password");
    return owner;
  };
}
