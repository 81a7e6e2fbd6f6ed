import type { EventType } from "../../../generated/events.ts";
import type { Statement, SystemTx, TenantTx } from "../../../platform/db/index.ts";
import type { WorkPointer } from "../../../platform/work/index.ts";

export interface ReplayRow {
  id: string;
  webhook_id: string;
  since: Date;
  until: Date;
  event_types: EventType[] | null;
  wanted: "failed" | "missed" | "all";
  status: "running" | "completed" | "canceled";
  /** UUID: all events up to it have been looked at. */
  reached: string;
  replayed_count: number;
  pending_count: number;
  succeeded_count: number;
  failed_count: number;
  created_at: Date;
  finished_at: Date | null;
}

const names = [
  "id",
  "webhook_id",
  "since",
  "until",
  "event_types",
  "wanted",
  "status",
  "reached",
  "replayed_count",
  "created_at",
  "finished_at",
];
const columns = `${names.map((name) => `r.${name}`).join(", ")}, counts.*`;
/** Counted up to this many: a replay of a million events is looked at as often as one of ten. */
const COUNT_MAX = 10_000;
const countOf = (status: "pending" | "succeeded" | "failed") => `(
  select count(*)::int from (
    select from webhook_deliveries d where d.account_id = r.account_id and d.replay_id = r.id and d.status = '${status}'
     limit ${COUNT_MAX}) counted) as ${status}_count`;
/** How those that it put up are doing; one that a later replay put up again counts there. */
const counts = `cross join lateral (select ${countOf("pending")}, ${countOf("succeeded")}, ${countOf("failed")}) counts`;

export const selectReplay = (accountId: string, webhookId: string, id: string): Statement => ({
  name: "webhook_replay_by_id",
  text: `select ${columns} from webhook_replays r ${counts}
           join webhooks w on w.account_id = r.account_id and w.id = r.webhook_id and w.deleted_at is null
          where r.account_id = $1 and r.webhook_id = $2 and r.id = $3`,
  values: [accountId, webhookId, id],
});

export const selectReplays = (
  accountId: string,
  webhookId: string,
  page: { afterId: string | null; limit: number },
): Statement => ({
  name: "webhook_replays_page",
  text: `select ${columns} from webhook_replays r ${counts}
          where r.account_id = $1 and r.webhook_id = $2 and ($3::uuid is null or r.id < $3) order by r.id desc limit $4`,
  values: [accountId, webhookId, page.afterId, page.limit + 1],
});

export type NewReplay = Pick<ReplayRow, "id" | "webhook_id" | "since" | "until" | "event_types" | "wanted"> & {
  reached: string;
  now: Date;
};

/** False: another one runs for this endpoint. */
export async function insertReplay(tx: TenantTx, replay: NewReplay): Promise<boolean> {
  const rows = await tx.query(
    `insert into webhook_replays (account_id, id, webhook_id, since, until, event_types, wanted, reached, due_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
     on conflict (account_id, webhook_id) where status = 'running' do nothing returning 1`,
    [
      tx.accountId,
      replay.id,
      replay.webhook_id,
      replay.since,
      replay.until,
      replay.event_types,
      replay.wanted,
      replay.reached,
      replay.now,
    ],
  );
  return rows.length === 1;
}

/** Returns its status after it: `canceled`, or `completed` when it was too late; null when there is none. */
export async function cancelReplay(
  tx: TenantTx,
  webhookId: string,
  id: string,
  now: Date,
): Promise<ReplayRow["status"] | null> {
  await tx.query(
    `update webhook_replays set status = 'canceled', finished_at = $4, due_at = null, lease_token = null, lease_until = null
      where account_id = $1 and webhook_id = $2 and id = $3 and status = 'running'`,
    [tx.accountId, webhookId, id, now],
  );
  const [row] = await tx.query<{ status: ReplayRow["status"] }>(
    "select status from webhook_replays where account_id = $1 and webhook_id = $2 and id = $3",
    [tx.accountId, webhookId, id],
  );
  return row?.status ?? null;
}

/** Replays whose next step is due, of all accounts; with `among` only those of them. */
export function selectDueReplays(
  tx: SystemTx,
  now: Date,
  limit: number,
  among: readonly WorkPointer[] | undefined,
): Promise<WorkPointer[]> {
  return tx.query<WorkPointer & object>(
    `select id, account_id as "accountId" from webhook_replays
      where status = 'running' and due_at <= $1 and (lease_until is null or lease_until < now())
        and ($3::uuid[] is null or id = any ($3)) order by due_at limit $2`,
    [now, limit, among?.map(({ id }) => id) ?? null],
  );
}
