import type { Database, Statement, TenantTx } from "../../../platform/db/index.ts";
import type { WorkPointer } from "../../../platform/work/index.ts";
import { webhookColumns, type WebhookRow } from "../store.ts";
import type { EndpointClaim, NumberedDelivery } from "./claim.ts";
import type { HealthState } from "./health.ts";
import { settleNumbers } from "./numbering.ts";
import type { RecentSends } from "./pace.ts";

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
  ordered: boolean;
  ordered_on_failure: "skip" | "pause";
  max_per_second: number | null;
  rate: number | null;
  recent_sends: number[] | null;
  recent_sends_at: Date | null;
}

/** Takes an endpoint: null when it is not enabled, rests, or somebody else sends to it. Leases run by the database's clock, one for all processes. */
export async function claimEndpoint(
  tx: TenantTx,
  { id, leaseToken, now, leaseMs }: { id: string; leaseToken: string; now: Date; leaseMs: number },
): Promise<EndpointClaim | null> {
  const claiming = tx.query<ClaimedRow>(
    `update webhooks set lease_token = $3, lease_until = now() + make_interval(secs => $5::float8 / 1000)
      where account_id = $1 and id = $2 and status = 'enabled' and deleted_at is null
        and (lease_until is null or lease_until < now()) and (resting_until is null or resting_until <= $4)
      returning url, secret, previous_secret, previous_secret_until, failures, trips, slots,
                failing_since, failing_attempts, ordered, ordered_on_failure, max_per_second, rate, recent_sends, recent_sends_at`,
    [tx.accountId, id, leaseToken, now, leaseMs],
  );
  // Sent together. Whoever holds the endpoint if this claim fails does not mind.
  const [[row]] = await Promise.all([claiming, settleNumbers(tx, id)]);
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
    rate: row.rate,
    restingUntil: null,
    failingSince: row.failing_since,
    failingAttempts: row.failing_attempts,
    ordered: row.ordered,
    onFailure: row.ordered_on_failure,
    maxPerSecond: row.max_per_second,
    recentSends: row.recent_sends && row.recent_sends_at && { counts: row.recent_sends, at: row.recent_sends_at },
  };
}

/** False: the lease is lost, because it ran out or the endpoint was changed, paused or deleted. */
export async function renewEndpoint(tx: TenantTx, claim: EndpointClaim, leaseMs: number): Promise<boolean> {
  const rows = await tx.query(
    `update webhooks set lease_until = now() + make_interval(secs => $4::float8 / 1000)
      where account_id = $1 and id = $2 and lease_token = $3 returning 1`,
    [tx.accountId, claim.id, claim.leaseToken, leaseMs],
  );
  return rows.length === 1;
}

/** Gives the endpoint back with what was learned about it. False: the lease is lost, and nothing was written. */
export async function releaseEndpoint(
  tx: TenantTx,
  claim: EndpointClaim,
  health: HealthState,
  recent: RecentSends | null,
): Promise<boolean> {
  const rows = await tx.query(
    `update webhooks
        set lease_token = null, lease_until = null, failures = $4, trips = $5, slots = $6, resting_until = $7,
            failing_since = $8, failing_attempts = $9, rate = $10, recent_sends = $11, recent_sends_at = $12,
            warned_at = case when $8::timestamptz is not null then warned_at end
      where account_id = $1 and id = $2 and lease_token = $3 returning 1`,
    [
      tx.accountId,
      claim.id,
      claim.leaseToken,
      health.failures,
      health.trips,
      health.slots,
      health.restingUntil,
      health.failingSince,
      health.failingAttempts,
      health.rate,
      recent?.counts ?? null,
      recent?.at ?? null,
    ],
  );
  return rows.length === 1;
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

/** Pending deliveries of a held endpoint that have a number, due or not, in their order. */
export function readNumbered(db: Database, claim: EndpointClaim, limit: number): Promise<NumberedDelivery[]> {
  return db.readTenant<NumberedDelivery>(claim.accountId, {
    name: "webhook_deliveries_numbered",
    text: `select d.id, d.sequence::float8 as sequence, d.event_id as "eventId", d.attempts_count - d.retries_from as attempts,
                  d.next_attempt_at as "nextAttemptAt", e.request_id as "requestId", e.payload::text as payload
             from webhook_deliveries d join events e on e.account_id = d.account_id and e.id = d.event_id
            where d.account_id = $1 and d.webhook_id = $2 and d.status = 'pending' and d.sequence is not null
              and exists (select from webhooks w where w.account_id = $1 and w.id = $2 and w.lease_token = $3)
            order by d.sequence limit $4`,
    values: [claim.accountId, claim.id, claim.leaseToken, limit],
  });
}

/** An ordered endpoint gave a delivery up and wants to stop there. False: the lease is lost. */
export async function pauseEndpoint(tx: TenantTx, claim: EndpointClaim, now: Date): Promise<boolean> {
  const rows = await tx.query(
    `update webhooks set status = 'paused', updated_at = $4
      where account_id = $1 and id = $2 and lease_token = $3 and status = 'enabled' and deleted_at is null returning 1`,
    [tx.accountId, claim.id, claim.leaseToken, now],
  );
  return rows.length === 1;
}

const dueAndFree = `w.deleted_at is not null
   or w.status = 'enabled' and (w.lease_until is null or w.lease_until < now())
      and (w.resting_until is null or w.resting_until <= $1)
      and exists (select from webhook_deliveries d where d.account_id = w.account_id and d.webhook_id = w.id
                     and d.status = 'pending' and d.next_attempt_at <= $1)`;

/**
 * Endpoints with something due that nobody sends to, and deleted ones with something pending. Jumps from endpoint to
 * endpoint over the index of pending deliveries: one with a million of them costs as much as one with a single one.
 */
export const selectDueEndpoints = (now: Date, limit: number): Statement => ({
  name: "webhook_endpoints_due",
  text: `with recursive waiting as (
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
  values: [now, limit],
});

/** Those of the given endpoints that are due. */
export const selectDueAmong = (now: Date, among: readonly WorkPointer[]): Statement => ({
  name: "webhook_endpoints_due_among",
  text: `select w.id, w.account_id as "accountId"
           from unnest($2::uuid[], $3::uuid[]) as asked (account_id, id)
           join webhooks w on w.account_id = asked.account_id and w.id = asked.id
          where w.deleted_at is null and (${dueAndFree})`,
  values: [now, among.map(({ accountId }) => accountId), among.map(({ id }) => id)],
});
