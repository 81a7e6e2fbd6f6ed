import type { SystemTx } from "../../platform/db/index.ts";

/** Replays that ended before; a batch, so that no transaction becomes long. How many went. */
export async function deleteReplaysFinishedBefore(tx: SystemTx, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from webhook_replays r using (
       select account_id, id from webhook_replays where finished_at < $1 order by finished_at limit $2) old
      where r.account_id = old.account_id and r.id = old.id returning 1`,
    [before, limit],
  );
  return rows.length;
}

/** Endpoints that were deleted before and of whose deliveries the log knows none any more; a batch. How many went. */
export async function deleteWebhooksDeletedBefore(tx: SystemTx, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from webhooks w using (
       select account_id, id from webhooks d
        where deleted_at < $1
          and not exists (select from webhook_deliveries l where l.account_id = d.account_id and l.webhook_id = d.id)
        order by deleted_at limit $2) old
      where w.account_id = old.account_id and w.id = old.id returning 1`,
    [before, limit],
  );
  return rows.length;
}
