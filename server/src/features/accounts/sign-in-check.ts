import type { Database } from "../../platform/db/index.ts";
import type { Bucket, Limiter } from "../../platform/limiter/index.ts";
import { normalizeEmail } from "./email.ts";
import { isPassword } from "./passwords.ts";
import { createSignInThrottle } from "./sign-in-throttle.ts";
import { selectUserByEmail, type UserRow } from "./store.ts";

/**
 * Whose e-mail and password these are; null when they fit nobody. Failures are counted, wherever they happen: make one of
 * these per process.
 * @throws ProblemError too_many_failures, rate_limited
 */
export type SignInCheck = (login: {
  email: string;
  password: string;
  ip: string;
}) => Promise<{ accountId: string; userId: string } | null>;

export function createSignInCheck({
  db,
  limiter,
  badCredentialBucket,
}: {
  db: Database;
  limiter: Limiter;
  /** What bad credentials of an address take from, whatever they are. */
  badCredentialBucket: (ip: string) => Bucket;
}): SignInCheck {
  const throttle = createSignInThrottle(limiter, badCredentialBucket);
  return async ({ email: given, password, ip }) => {
    const email = normalizeEmail(given);
    return throttle.run(email, ip, async () => {
      const [known] = await db.readSystem<UserRow>("sign in: the address names the tenant", selectUserByEmail(email));
      const matches = await isPassword(known?.password_hash ?? null, password);
      return matches && known ? { accountId: known.account_id, userId: known.id } : null;
    });
  };
}
