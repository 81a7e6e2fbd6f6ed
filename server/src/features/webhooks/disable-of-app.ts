import type { Clock } from "../../platform/clock/index.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { presentWebhook } from "./present.ts";
import { webhookColumns, type WebhookRow } from "./store.ts";

const reason = "The app that set its URL is not connected any more. Enable it if it is yours.";

/** Nothing more is sent to the URLs that an app set in this account: its connection has ended, and with it its right to hear anything. */
export async function disableWebhooksOfApp(
  { clock, emit }: { clock: Clock; emit: EmitEvent },
  tx: TenantTx,
  clientId: string,
): Promise<void> {
  const now = clock.now();
  const rows = await tx.query<WebhookRow>(
    `update webhooks w set status = 'disabled', disabled_reason = $3, disabled_at = $4, updated_at = $4,
            missed_since = coalesce(w.missed_since, $4), missed_until = null, lease_token = null, lease_until = null
      where w.account_id = $1 and w.app_client_id = $2 and w.status <> 'disabled' and w.deleted_at is null
      returning ${webhookColumns}`,
    [tx.accountId, clientId, reason, now],
  );
  for (const row of rows) await emit(tx, { type: "webhook.disabled", data: presentWebhook(row, now) });
}
