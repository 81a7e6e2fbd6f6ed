import type { Database, SystemTx, TenantTx } from "../../../platform/db/index.ts";
import type { WorkPointer } from "../../../platform/work/index.ts";
import { webhookColumns, type WebhookRow } from "../store.ts";
import type { HealthState } from "./health.ts";

/** An endpoint that this process alone sends to, until its lease ends. */
export interface EndpointClaim extends HealthState {
  accountId: string;
  id: string;
  url: string;
  sealedSecret: string;
  /** Signs too until then. */
  previousSecret: { sealed: string; until: Date } | null;
  leaseToken: string;
}

export interface DueDelivery {
  id: string;
  eventId: string;
  attempts: number;
  nextAttemptAt: Date;
  requestId: string | null;
  /** The exact bytes to send, as text. */
  payload: string;
}

interface ClaimedRow {
  url: string;
  secret: string;
  previous_secret: string | null;
  previous_secret_until: Date | null;
  failures: number;
  trips: number;
  slots: number | null;
  failing_since: Date | null;
  failing_attempts: number;
}

/** Takes an endpoint: null when it is not enabled, rests, or somebody else sends to it. */
export async function claimEndpoint(
  tx: TenantTx,
  { id, leaseToken, now, leaseMs }: { id: string; leaseToken: string; now: Date; leaseMs: number },
): Promise<EndpointClaim | null> {
  const [row] = await tx.query<ClaimedRow>(
    `update webhooks set lease_token = $3, lease_until = $5
      where account_id = $1 and id = $2 and status = 'enabled' and deleted_at is null
        and (lease_until is null or lease_until < $4) and (resting_until is null or resting_until <= $4)
      returning url, secret, previous_secret, previous_secret_until, failures, trips, slots,
                failing_since, failing_attempts`,
    [tx.accountId, id, leaseToken, now, new Date(now.getTime() + leaseMs)],
  );
  if (row === undefined) return null;
  const { previous_secret: sealed, previous_secret_until: until } = row;
  return {
    accountId: tx.accountId,
    id,
    leaseToken,
    url: row.url,
    sealedSecret: row.secret,
    previousSecret: sealed === null || until === null ? null : { sealed, until },
    failures: row.failures,
    trips: row.trips,
    slots: row.slots,
    restingUntil: null,
    failingSince: row.failing_since,
    failingAttempts: row.failing_attempts,
  };
}

/** False: the lease is lost, because it ran out or the endpoint was changed, paused or deleted. */
export async function renewEndpoint(tx: TenantTx, claim: EndpointClaim, leaseUntil: Date): Promise<boolean> {
  const rows = await tx.query(
    "update webhooks set lease_until = $4 where account_id = $1 and id = $2 and lease_token = $3 returning 1",
    [tx.accountId, claim.id, claim.leaseToken, leaseUntil],
  );
  return rows.length === 1;
}

/** Gives the endpoint back with what was learned about it. */
export async function releaseEndpoint(tx: TenantTx, claim: EndpointClaim, health: HealthState): Promise<void> {
  await tx.query(
    `update webhooks
        set lease_token = null, lease_until = null, failures = $4, trips = $5, slots = $6, resting_until = $7,
            failing_since = $8, failing_attempts = $9, warned_at = case when $8::timestamptz is not null then warned_at end
      where account_id = $1 and id = $2 and lease_token = $3`,
    [
      tx.accountId, claim.id, claim.leaseToken, health.failures, health.trips, health.slots, health.restingUntil,
      health.failingSince, health.failingAttempts,
    ],
  );
}

/**
 * The endpoint said that it is gone for good. Null when the lease is lost: its owner may have changed the URL meanwhile,
 * and the new address said nothing of the kind.
 */
export async function disableEndpoint(
  tx: TenantTx,
  claim: EndpointClaim,
  reason: string,
  now: Date,
): Promise<WebhookRow | null> {
  const [row] = await tx.query<WebhookRow>(
    `update webhooks w
        set status = 'disabled', disabled_reason = $4, disabled_at = $5, updated_at = $5,
            missed_since = coalesce(w.missed_since, $5), missed_until = null
      where w.account_id = $1 and w.id = $2 and w.lease_token = $3 and w.status = 'enabled' and w.deleted_at is null
      returning ${webhookColumns}`,
    [tx.accountId, claim.id, claim.leaseToken, reason, now],
  );
  return row ?? null;
}

/** A deletion cannot see deliveries of transactions that were open at that moment: they are canceled here. */
export async function cancelOrphans(tx: TenantTx, id: string, now: Date): Promise<void> {
  await tx.query(
    `update webhook_deliveries d set status = 'canceled', next_attempt_at = null, finished_at = $3
       from webhooks w
      where d.account_id = $1 and d.webhook_id = $2 and d.status = 'pending'
        and w.account_id = d.account_id and w.id = d.webhook_id and w.deleted_at is not null`,
    [tx.accountId, id, now],
  );
}

export interface DuePage {
  now: Date;
  /** Goes on behind this delivery; null starts from the one that waited longest. */
  after: { nextAttemptAt: Date; id: string } | null;
  /** Deliveries in this drain's hands already. */
  except: string[];
  limit: number;
}

/** Due deliveries of a held endpoint, the longest waiting first. Empty also when the endpoint is held no longer. */
export function readDue(db: Database, claim: EndpointClaim, page: DuePage): Promise<DueDelivery[]> {
  return db.readTenant<DueDelivery>(claim.accountId, {
    name: "webhook_deliveries_due",
    text: `select d.id, d.event_id as "eventId", d.attempts_count as attempts, d.next_attempt_at as "nextAttemptAt",
                  e.request_id as "requestId", e.payload::text as payload
             from webhook_deliveries d join events e on e.account_id = d.account_id and e.id = d.event_id
            where d.account_id = $1 and d.webhook_id = $2 and d.status = 'pending' and d.next_attempt_at <= $3
              and ($4::timestamptz is null or (d.next_attempt_at, d.id) > ($4, $5::uuid))
              and d.id <> all ($6::uuid[])
              and exists (select from webhooks w where w.account_id = $1 and w.id = $2 and w.lease_token = $7)
            order by d.next_attempt_at, d.id limit $8`,
    values: [
      claim.accountId, claim.id, page.now, page.after?.nextAttemptAt ?? null, page.after?.id ?? null, page.except,
      claim.leaseToken, page.limit,
    ],
  });
}

const dueAndFree = `w.deleted_at is not null
   or w.status = 'enabled' and (w.lease_until is null or w.lease_until < $1)
      and (w.resting_until is null or w.resting_until <= $1)
      and exists (select from webhook_deliveries d where d.account_id = w.account_id and d.webhook_id = w.id
                     and d.status = 'pending' and d.next_attempt_at <= $1)`;

/**
 * Endpoints with something due that nobody sends to, and deleted ones with something pending. Jumps from endpoint to
 * endpoint over the index of pending deliveries: one with a million of them costs as much as one with a single one.
 */
export async function selectDueEndpoints(tx: SystemTx, now: Date, limit: number): Promise<WorkPointer[]> {
  return tx.query<WorkPointer & object>(
    `with recursive waiting as (
       (select account_id, webhook_id from webhook_deliveries where status = 'pending'
         order by account_id, webhook_id limit 1)
       union all
       select next.account_id, next.webhook_id
         from waiting, lateral (
           select d.account_id, d.webhook_id from webhook_deliveries d
            where d.status = 'pending' and (d.account_id, d.webhook_id) > (waiting.account_id, waiting.webhook_id)
            order by d.account_id, d.webhook_id limit 1) next
     )
     select w.id, w.account_id as "accountId"
       from waiting join webhooks w on w.account_id = waiting.account_id and w.id = waiting.webhook_id
      where ${dueAndFree} limit $2`,
    [now, limit],
  );
}

/** Those of the given endpoints that are due. */
export async function selectDueAmong(tx: SystemTx, now: Date, among: readonly WorkPointer[]): Promise<WorkPointer[]> {
  return tx.query<WorkPointer & object>(
    `select w.id, w.account_id as "accountId"
       from unnest($2::uuid[], $3::uuid[]) as asked (account_id, id)
       join webhooks w on w.account_id = asked.account_id and w.id = asked.id
      where w.deleted_at is null and (${dueAndFree})`,
    [now, among.map(({ accountId }) => accountId), among.map(({ id }) => id)],
  );
}
