import type { SystemTx } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import type { AccountsDeps } from "./deps.ts";
import { normalizeEmail } from "./email.ts";
import { sendVerification } from "./email-verification.ts";
import { type AccountRow, insertAccounts, insertUser } from "./store.ts";

export interface NewPerson {
  /** The live account. */
  accountId: string;
  userId: string;
  account: AccountRow;
  email: string;
}

/**
 * A live account with its sandbox and its owner, who is sent a link to prove the address. Null, when it is taken: end the
 * transaction then. `passwordHash` null: the owner signs in with a provider.
 */
export async function createAccount(
  deps: Pick<AccountsDeps, "clock" | "notify" | "publicUrl">,
  tx: SystemTx,
  given: { email: string; name: string; passwordHash: string | null },
): Promise<NewPerson | null> {
  const email = normalizeEmail(given.email);
  const now = deps.clock.now();
  const [liveId, sandboxId, userId] = [newId(), newId(), newId()];
  const common = { name: given.name.trim(), plan: "free", created_at: now };
  const live: AccountRow = { ...common, id: liveId, mode: "live", twin_id: sandboxId };
  const sandbox: AccountRow = { ...common, id: sandboxId, mode: "test", twin_id: liveId };
  await insertAccounts(tx, [live, sandbox]);
  const user = { account_id: liveId, id: userId, email, password_hash: given.passwordHash, created_at: now };
  if (!(await insertUser(tx, user))) return null;
  await sendVerification(deps, tx, { accountId: liveId, userId, email });
  return { accountId: liveId, userId, account: live, email };
}
