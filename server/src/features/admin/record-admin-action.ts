import type { SystemTx } from "../../platform/db/index.ts";
import type { Principal } from "../../platform/http/context.ts";
import { newId } from "../../platform/ids/index.ts";
import { insertAdminAction } from "./store.ts";

/** The request of an administrator, as its operation gets it; null: somebody at the command line. */
export type ActingAdmin = { principal: Principal; requestId: string } | null;

export interface AdminAction {
  /** `<noun>.<past participle>`, such as `sessions.revoked`. */
  action: string;
  /** UUID of the account that it was done to, if it was done to one. */
  targetAccountId: string | null;
  /** Public id of what was changed. */
  targetId: string;
  /** What else should be known, such as the value before and after. Never a secret. */
  details?: Record<string, string | number | boolean | null>;
  at: Date;
}

/** Writes down what an administrator does, in the transaction of the change itself: neither is there without the other. */
export async function recordAdminAction(tx: SystemTx, admin: ActingAdmin, done: AdminAction): Promise<void> {
  await insertAdminAction(tx, {
    id: newId(),
    actor_kind: admin?.principal.kind ?? "command_line",
    actor_account_id: admin?.principal.accountId ?? null,
    actor_user_id: admin?.principal.userId ?? null,
    actor_key_id: admin?.principal.keyId ?? null,
    action: done.action,
    target_account_id: done.targetAccountId,
    target_id: done.targetId,
    details: done.details ?? {},
    request_id: admin?.requestId ?? null,
    created_at: done.at,
  });
}
