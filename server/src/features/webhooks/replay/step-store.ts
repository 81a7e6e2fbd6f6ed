import type { TenantTx } from "../../../platform/db/index.ts";
import { type DeliveryRow, newDeliveryId } from "../delivery-store.ts";
import { deliveryIdsOf } from "../missed.ts";
import type { ReplayRow } from "./store.ts";

export interface ReplayClaim extends Pick<
  ReplayRow,
  "id" | "webhook_id" | "since" | "until" | "event_types" | "wanted" | "reached"
> {
  accountId: string;
  lease_token: string;
}

/** The lease runs by the database's clock: a worker whose own is ahead would take what others are working on. */
export async function claimReplay(
  tx: TenantTx,
  { id, leaseToken, now, leaseMs }: { id: string; leaseToken: string; now: Date; leaseMs: number },
): Promise<ReplayClaim | null> {
  const [row] = await tx.query<Omit<ReplayClaim, "accountId">>(
    `update webhook_replays set lease_token = $3, lease_until = now() + make_interval(secs => $5::float8 / 1000)
      where account_id = $1 and id = $2 and status = 'running' and due_at <= $4
        and (lease_until is null or lease_until < now())
      returning id, webhook_id, since, until, event_types, wanted, reached, lease_token`,
    [tx.accountId, id, leaseToken, now, leaseMs],
  );
  return row === undefined ? null : { ...row, accountId: tx.accountId };
}

export interface Endpoint {
  /** Null: it was deleted. */
  status: "enabled" | "paused" | "disabled" | null;
  ordered: boolean;
  max_per_second: number | null;
  /** Deliveries that this replay put up and nobody has tried yet. */
  waiting: number;
}

/** The endpoint of a replay whose lease still holds, which nobody can cancel until the transaction ends; null otherwise. */
export async function lockReplay(tx: TenantTx, claim: ReplayClaim): Promise<Endpoint | null> {
  const [row] = await tx.query<Endpoint>(
    `select case when w.deleted_at is null then w.status end as status, w.ordered, w.max_per_second,
            (select count(*)::int from webhook_deliveries d
              where d.account_id = r.account_id and d.replay_id = r.id and d.status = 'pending'
                and d.attempts_count = d.retries_from) as waiting
       from webhook_replays r join webhooks w on w.account_id = r.account_id and w.id = r.webhook_id
      where r.account_id = $1 and r.id = $2 and r.lease_token = $3 and r.status = 'running' for update of r`,
    [tx.accountId, claim.id, claim.lease_token],
  );
  return row ?? null;
}

export interface PastEvent {
  id: string;
  delivery_id: string | null;
  status: DeliveryRow["status"] | null;
  /** The endpoint wants events of this type. */
  subscribed: boolean;
}

/** The next events of the time, oldest first, each with its delivery to the endpoint if it has one. */
export function selectPastEvents(
  tx: TenantTx,
  claim: ReplayClaim,
  untilId: string,
  limit: number,
): Promise<PastEvent[]> {
  return tx.query<PastEvent>(
    `select e.id, d.id as delivery_id, d.status, w.event_types is null or e.type = any (w.event_types) as subscribed
       from (select id, type from events
              where account_id = $1 and id > $3 and id < $4 and (webhook_id is null or webhook_id = $2)
                and ($5::text[] is null or type = any ($5)) order by id limit $6) e
       join webhooks w on w.account_id = $1 and w.id = $2
       left join lateral (select d.id, d.status from webhook_deliveries d
                           where d.account_id = $1 and d.webhook_id = $2 and d.event_id = e.id
                             and d.id between ${deliveryIdsOf("e.id")} limit 1) d on true
      order by e.id`,
    [tx.accountId, claim.webhook_id, claim.reached, untilId, claim.event_types, limit],
  );
}

/** Makes finished deliveries due again, with a new schedule. Returns how many. */
export async function revive(tx: TenantTx, replayId: string, deliveryIds: string[], now: Date): Promise<number> {
  const rows = await tx.query(
    `update webhook_deliveries
        set status = 'pending', next_attempt_at = $4, finished_at = null, replay_id = $2, retries_from = attempts_count
      where account_id = $1 and id = any ($3) and status in ('succeeded', 'failed') returning 1`,
    [tx.accountId, replayId, deliveryIds, now],
  );
  return rows.length;
}

/** Makes deliveries of events that have none. Their ids follow from event and endpoint, so that none is made twice. */
export async function makeMissing(tx: TenantTx, claim: ReplayClaim, eventIds: string[], now: Date): Promise<number> {
  const rows = await tx.query(
    `insert into webhook_deliveries (account_id, id, webhook_id, event_id, event_type, replay_id, next_attempt_at, created_at)
     select e.account_id, ${newDeliveryId("e.id", "md5(e.id::text || $2::uuid::text)::uuid")},
            $2, e.id, e.type, $3, $5, $5
       from events e where e.account_id = $1 and e.id = any ($4)
     on conflict (account_id, id) do nothing returning 1`,
    [tx.accountId, claim.webhook_id, claim.id, eventIds, now],
  );
  return rows.length;
}

export interface Progress {
  reached: string;
  replayed: number;
  /** Null: it is over. */
  dueAt: Date | null;
  status: ReplayRow["status"];
}

/** Ends a step and gives the replay back. */
export async function moveReplay(
  tx: TenantTx,
  id: string,
  { reached, replayed, dueAt, status }: Progress,
  now: Date,
): Promise<void> {
  await tx.query(
    `update webhook_replays
        set reached = $3, replayed_count = replayed_count + $4, due_at = $5, status = $6,
            finished_at = case when $6 <> 'running' then $7::timestamptz end, lease_token = null, lease_until = null
      where account_id = $1 and id = $2`,
    [tx.accountId, id, reached, replayed, dueAt, status, now],
  );
}

/** What was missed has been put up: nothing is left to offer. */
export async function purgeMissed(tx: TenantTx, { webhook_id: id, since, until }: ReplayClaim): Promise<void> {
  await tx.query(
    `update webhooks set missed_since = null, missed_until = null
      where account_id = $1 and id = $2 and missed_since >= $3 and missed_until <= $4`,
    [tx.accountId, id, since, until],
  );
}
