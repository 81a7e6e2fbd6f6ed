import type { Database } from "../../platform/db/index.ts";

const COUNT_MAX = 100_000;

export async function countDue(db: Database, now: Date): Promise<number> {
  const [row] = await db.readSystem<{ count: number }>("count due webhook deliveries", {
    name: "webhook_deliveries_due_count",
    text: `select count(*)::int as count
             from (select from webhook_deliveries where status = 'pending' and next_attempt_at <= $1 limit ${COUNT_MAX}) due`,
    values: [now],
  });
  return row?.count ?? 0;
}

export async function countDisabled(db: Database): Promise<number> {
  const [row] = await db.readSystem<{ count: number }>("count disabled webhook endpoints", {
    name: "webhooks_disabled_count",
    text: "select count(*)::int as count from webhooks where status = 'disabled' and deleted_at is null",
    values: [],
  });
  return row?.count ?? 0;
}
