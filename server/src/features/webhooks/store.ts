import type { EventType } from "../../generated/events.ts";
import { only, type Statement, type TenantTx } from "../../platform/db/index.ts";
import { FAILURES_TO_OPEN } from "./delivery/health.ts";
import { missedCount } from "./missed.ts";

export interface WebhookRow {
  id: string;
  url: string;
  description: string | null;
  event_types: EventType[] | null;
  ordered: boolean;
  ordered_on_failure: "skip" | "pause";
  max_per_second: number | null;
  status: "enabled" | "paused" | "disabled";
  disabled_reason: string | null;
  disabled_at: Date | null;
  failing_since: Date | null;
  missed_since: Date | null;
  missed_count: number | null;
  previous_secret_until: Date | null;
  created_at: Date;
  updated_at: Date;
}

const names = [
  "id",
  "url",
  "description",
  "event_types",
  "ordered",
  "ordered_on_failure",
  "max_per_second",
  "status",
  "disabled_reason",
  "disabled_at",
  "failing_since",
  "missed_since",
  "previous_secret_until",
  "created_at",
  "updated_at",
];
/** What the API shows of a webhook `w`. */
export const webhookColumns = [...names.map((name) => `w.${name}`), missedCount].join(", ");

export const selectWebhook = (accountId: string, id: string): Statement => ({
  name: "webhook_by_id",
  text: `select ${webhookColumns} from webhooks w where account_id = $1 and id = $2 and deleted_at is null`,
  values: [accountId, id],
});

export const selectWebhooks = (accountId: string, page: { afterId: string | null; limit: number }): Statement => ({
  name: "webhooks_page",
  text: `select ${webhookColumns} from webhooks w
          where account_id = $1 and deleted_at is null and ($2::uuid is null or id < $2) order by id desc limit $3`,
  values: [accountId, page.afterId, page.limit + 1],
});

/** Counts what an account has, and keeps others of the same account from counting until the transaction ends. */
export async function countWebhooksAlone(tx: TenantTx): Promise<number> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`webhooks of ${tx.accountId}`]);
  const [row] = await tx.query<{ count: number }>(
    "select count(*)::int as count from webhooks where account_id = $1 and deleted_at is null",
    [tx.accountId],
  );
  return row?.count ?? 0;
}

type Settings = Pick<
  WebhookRow,
  "url" | "description" | "event_types" | "ordered" | "ordered_on_failure" | "max_per_second"
>;
/** `appClientId`: the OAuth client that sets the URL; absent: the account itself. */
export type NewWebhook = Settings & { id: string; appClientId?: string | null; secret: string; now: Date };

export async function insertWebhook(tx: TenantTx, webhook: NewWebhook): Promise<WebhookRow> {
  return only(
    await tx.query<WebhookRow>(
      `insert into webhooks as w (account_id, id, url, description, event_types, ordered, ordered_on_failure,
                                max_per_second, secret, created_at, updated_at, app_client_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11) returning ${webhookColumns}`,
      [
        tx.accountId,
        webhook.id,
        webhook.url,
        webhook.description,
        webhook.event_types,
        webhook.ordered,
        webhook.ordered_on_failure,
        webhook.max_per_second,
        webhook.secret,
        webhook.now,
        webhook.appClientId ?? null,
      ],
    ),
    "the inserted webhook",
  );
}

/** Absent: stays as it is. */
export interface WebhookChange {
  /** With the OAuth client that sets it. */
  url?: { href: string; appClientId: string | null };
  description?: string | null;
  eventTypes?: EventType[] | null;
  ordered?: boolean;
  onFailure?: "skip" | "pause";
  maxPerSecond?: number | null;
  status?: "enabled" | "paused";
}

/**
 * Null: no such webhook. A drain that works with the old settings loses its lease. Enabling, and a new URL, forget what
 * was learned about the endpoint's health; one that was disabled starts with a single probe. One that
 * is in order rests until the delivery that blocks the others is due: nothing blocks any more when it no longer is.
 */
export async function updateWebhook(
  tx: TenantTx,
  id: string,
  change: WebhookChange,
  now: Date,
): Promise<WebhookRow | null> {
  const [row] = await tx.query<WebhookRow>(
    `update webhooks w
        set url = coalesce($3, w.url),
            app_client_id = case when $3 is null then w.app_client_id else $14 end,
            description = case when $4 then $5 else w.description end,
            event_types = case when $6 then $7::text[] else w.event_types end,
            ordered = coalesce($10, w.ordered),
            ordered_on_failure = coalesce($11, w.ordered_on_failure),
            max_per_second = case when $12 then $13 else w.max_per_second end,
            status = coalesce($8, w.status),
            disabled_reason = case when $8 is null then w.disabled_reason end,
            disabled_at = case when $8 is null then w.disabled_at end,
            missed_until = case when $8 is not null and w.status = 'disabled' then $9 else w.missed_until end,
            updated_at = $9, lease_token = null, lease_until = null,
            failures = case when fresh.probe then ${FAILURES_TO_OPEN} when fresh.start then 0 else w.failures end,
            trips = case when fresh.start then 0 else w.trips end,
            slots = case when fresh.start then null else w.slots end,
            rate = case when fresh.start then null else w.rate end,
            resting_until = case when fresh.start or w.ordered and not $10 then null else w.resting_until end,
            failing_since = case when fresh.count then null else w.failing_since end,
            failing_attempts = case when fresh.count then 0 else w.failing_attempts end,
            warned_at = case when fresh.count then null else w.warned_at end
       from (select b.id, $3::text is not null or $8::text = 'enabled' as start,
                    coalesce($8::text = 'enabled' and b.status = 'disabled', false) as probe,
                    $3::text is not null or coalesce($8::text = 'enabled' and b.status <> 'enabled', false) as count
               from webhooks b where b.account_id = $1 and b.id = $2 for no key update) fresh
      where w.account_id = $1 and w.id = fresh.id and w.deleted_at is null
      returning ${webhookColumns}`,
    [
      tx.accountId,
      id,
      change.url?.href ?? null,
      change.description !== undefined,
      change.description ?? null,
      change.eventTypes !== undefined,
      change.eventTypes ?? null,
      change.status ?? null,
      now,
      change.ordered ?? null,
      change.onFailure ?? null,
      change.maxPerSecond !== undefined,
      change.maxPerSecond ?? null,
      change.url?.appClientId ?? null,
    ],
  );
  return row ?? null;
}

/**
 * The secret becomes the previous one until `overlapUntil`; null ends it at once. A drain that signs with the old
 * secrets loses its lease. Null: no such webhook.
 */
export async function replaceSecret(
  tx: TenantTx,
  id: string,
  { sealed, overlapUntil, now }: { sealed: string; overlapUntil: Date | null; now: Date },
): Promise<WebhookRow | null> {
  const [row] = await tx.query<WebhookRow>(
    `update webhooks w
        set previous_secret = case when $4::timestamptz is not null then secret end, previous_secret_until = $4,
            secret = $3, updated_at = $5, lease_token = null, lease_until = null
      where account_id = $1 and id = $2 and deleted_at is null
      returning ${webhookColumns}`,
    [tx.accountId, id, sealed, overlapUntil, now],
  );
  return row ?? null;
}

/** The row stays for the deliveries that point at it, without its secret and its URL, which may hold one; what was pending is canceled. */
export async function deleteWebhook(tx: TenantTx, id: string, now: Date): Promise<boolean> {
  const rows = await tx.query(
    `update webhooks set deleted_at = $3, url = '', description = null, secret = '', previous_secret = null, previous_secret_until = null,
            lease_token = null, lease_until = null
      where account_id = $1 and id = $2 and deleted_at is null returning 1`,
    [tx.accountId, id, now],
  );
  if (rows.length === 0) return false;
  await tx.query(
    `update webhook_deliveries set status = 'canceled', next_attempt_at = null, finished_at = $3
      where account_id = $1 and webhook_id = $2 and status = 'pending'`,
    [tx.accountId, id, now],
  );
  return true;
}
