import type { Database, Statement } from "../../platform/db/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import type { OverrideTarget } from "./store.ts";

export interface TargetDeps {
  db: Database;
  /** A row when the account is there. */
  selectAccount(id: string): Statement;
  /** A row with the `account_id` of a key that is there. */
  selectAccountOfKey(keyId: string): Statement;
}

/** `acc_…` or `key_…` → whose limits are meant. @throws ProblemError not_found */
export async function findTarget(
  { db, selectAccount, selectAccountOfKey }: TargetDeps,
  targetId: string,
): Promise<OverrideTarget> {
  const accountId = decodeId("acc", targetId);
  const keyId = decodeId("key", targetId);
  const reason = "an administrator names an account or a key";
  if (accountId !== null) {
    const [account] = await db.readSystem(reason, selectAccount(accountId));
    if (account) return { account_id: accountId, api_key_id: null };
  }
  if (keyId !== null) {
    const [key] = await db.readSystem<{ account_id: string }>(reason, selectAccountOfKey(keyId));
    if (key) return { account_id: key.account_id, api_key_id: keyId };
  }
  throw new ProblemError("not_found", { detail: "There is no account and no API key with this id." });
}

export function noSuchOverride(): ProblemError {
  return new ProblemError("not_found", { detail: "Nothing overrides the rate limits of this account or key." });
}
