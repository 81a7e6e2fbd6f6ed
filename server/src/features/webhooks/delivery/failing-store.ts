import type { SystemTx, TenantTx } from "../../../platform/db/index.ts";
import { webhookColumns, type WebhookRow } from "../store.ts";

export interface FailingRule {
  now: Date;
  /** Failing since before this: its owner is told. */
  warnBefore: Date;
  /** Failing since before this, and often enough: it is disabled. */
  disableBefore: Date;
  attemptsMin: number;
}

/** A drain at work may know of a success that is not written yet; it judges by itself when it ends. */
const idle = "w.status = 'enabled' and w.deleted_at is null and (w.lease_until is null or w.lease_until < now())";

/** Endpoints to warn about or to disable, those that fail longest first. */
export function selectFailing(tx: SystemTx, rule: FailingRule, limit: number) {
  return tx.query<{ account_id: string; id: string }>(
    `select w.account_id, w.id from webhooks w
      where ${idle} and (w.failing_since <= $1 and w.warned_at is null
                         or w.failing_since <= $2 and w.failing_attempts >= $3)
      order by w.failing_since limit $4`,
    [rule.warnBefore, rule.disableBefore, rule.attemptsMin, limit],
  );
}

/** Null: its time has not come. */
export async function warnFailing(tx: TenantTx, id: string, rule: FailingRule): Promise<WebhookRow | null> {
  const [row] = await tx.query<WebhookRow>(
    `update webhooks w set warned_at = $1
      where w.account_id = $2 and w.id = $3 and ${idle} and w.failing_since <= $4 and w.warned_at is null
      returning ${webhookColumns}`,
    [rule.now, tx.accountId, id, rule.warnBefore],
  );
  return row ?? null;
}

/** Null: its time has not come. */
export async function disableFailing(
  tx: TenantTx,
  id: string,
  rule: FailingRule & { reason: string },
): Promise<WebhookRow | null> {
  const [row] = await tx.query<WebhookRow>(
    `update webhooks w
        set status = 'disabled', disabled_reason = $6, disabled_at = $1, updated_at = $1,
            missed_since = coalesce(w.missed_since, $1), missed_until = null
      where w.account_id = $2 and w.id = $3 and ${idle} and w.failing_since <= $4 and w.failing_attempts >= $5
      returning ${webhookColumns}`,
    [rule.now, tx.accountId, id, rule.disableBefore, rule.attemptsMin, rule.reason],
  );
  return row ?? null;
}
