import type { SystemTx } from "../../platform/db/index.ts";

const reason = "It was made before the account's e-mail address was confirmed. Enable it if it is yours.";

/** Nothing more is sent to the endpoints of these accounts, by a drain at work neither; what they miss can be replayed. */
export async function disableWebhooks(tx: SystemTx, accountIds: readonly string[], at: Date): Promise<void> {
  await tx.query(
    `update webhooks set status = 'disabled', disabled_reason = $2, disabled_at = $3, updated_at = $3,
            missed_since = coalesce(missed_since, $3), missed_until = null, lease_token = null, lease_until = null
      where account_id = any($1) and status <> 'disabled' and deleted_at is null`,
    [accountIds, reason, at],
  );
}
