import type { Database } from "../../platform/db/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { selectAccountTarget, selectKeyTarget, type OverrideTarget } from "./store.ts";

/** `acc_…` or `key_…` → whose limits are meant. @throws ProblemError not_found */
export async function findTarget(db: Database, targetId: string): Promise<OverrideTarget> {
  const accountId = decodeId("acc", targetId);
  const keyId = decodeId("key", targetId);
  const statement =
    accountId === null ? (keyId === null ? null : selectKeyTarget(keyId)) : selectAccountTarget(accountId);
  const [target] = statement
    ? await db.readSystem<OverrideTarget>("an administrator names an account or a key", statement)
    : [];
  if (!target) throw new ProblemError("not_found", { detail: "There is no account and no API key with this id." });
  return target;
}

export function noSuchOverride(): ProblemError {
  return new ProblemError("not_found", { detail: "Nothing overrides the rate limits of this account or key." });
}
