import type { SystemTx, TenantTx } from "../../platform/db/index.ts";
import { modeOf } from "../accounts/index.ts";
import { type ApiKeyRow, columns } from "./store.ts";

/** A reminder that this worker holds until `lease`, which is the row's due time meanwhile. */
export interface ReminderClaim {
  account_id: string;
  id: string;
  lease: string;
}

export async function selectDueReminders(
  tx: SystemTx,
  limit: number,
  ids: string[] | null,
): Promise<{ id: string; account_id: string }[]> {
  return tx.query(
    `select id, account_id from api_keys
      where revoked_at is null and reminder_due_at <= now() and ($2::uuid[] is null or id = any($2))
      order by reminder_due_at limit $1`,
    [limit, ids],
  );
}

export async function claimReminder(tx: TenantTx, id: string, leaseMs: number): Promise<ReminderClaim | null> {
  const [claim] = await tx.query<ReminderClaim>(
    `update api_keys set reminder_due_at = now() + make_interval(secs => $3)
      where account_id = $1 and id = $2 and revoked_at is null and reminder_due_at <= now()
      returning account_id, id, reminder_due_at::text as lease`,
    [tx.accountId, id, leaseMs / 1000],
  );
  return claim ?? null;
}

/** Plans the next reminder; null when the key was rotated, revoked or claimed again meanwhile. */
export async function finishReminder(
  tx: TenantTx,
  { id, lease }: ReminderClaim,
  days: number,
): Promise<(ApiKeyRow & { mode: "live" | "test" }) | null> {
  const [row] = await tx.query<ApiKeyRow & { mode: "live" | "test" }>(
    `update api_keys set reminder_due_at = now() + make_interval(days => $4)
      where account_id = $1 and id = $2 and revoked_at is null and reminder_due_at = $3::timestamptz
      returning ${columns}, ${modeOf("api_keys.account_id")} as mode`,
    [tx.accountId, id, lease, days],
  );
  return row ?? null;
}
