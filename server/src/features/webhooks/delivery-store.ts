import type { EventType } from "../../generated/events.ts";
import type { Statement, TenantTx } from "../../platform/db/index.ts";

export interface DeliveryRow {
  id: string;
  webhook_id: string;
  event_id: string;
  event_type: EventType;
  /** Null until it is first taken up. */
  sequence: number | null;
  status: "pending" | "succeeded" | "failed" | "canceled";
  attempts_count: number;
  next_attempt_at: Date | null;
  last_status_code: number | null;
  last_error: string | null;
  created_at: Date;
  finished_at: Date | null;
}

export interface AttemptRow {
  number: number;
  started_at: Date;
  duration_ms: number;
  status_code: number | null;
  error: string | null;
  request_headers: Record<string, string>;
  response_headers: Record<string, string> | null;
  response_body: Buffer | null;
}

const names = [
  "id",
  "webhook_id",
  "event_id",
  "event_type",
  "status",
  "attempts_count",
  "next_attempt_at",
  "last_status_code",
  "last_error",
  "created_at",
  "finished_at",
];
const columns = [...names.map((name) => `d.${name}`), "d.sequence::float8 as sequence"].join(", ");

export interface DeliveryFilter {
  status: DeliveryRow["status"] | null;
  eventType: EventType | null;
  since: Date | null;
  until: Date | null;
}

/** The status stands in the statement, and so each has one of its own: only a constant lets PostgreSQL use a partial index. */
const ofStatus = {
  any: "",
  pending: "and d.status = 'pending'",
  succeeded: "and d.status = 'succeeded'",
  failed: "and d.status = 'failed'",
  canceled: "and d.status = 'canceled'",
} as const satisfies Record<DeliveryRow["status"] | "any", string>;

export const selectDeliveries = (
  accountId: string,
  webhookId: string,
  page: { afterId: string | null; limit: number } & DeliveryFilter,
): Statement => ({
  name: `webhook_deliveries_page_${page.status ?? "any"}`,
  text: `select ${columns} from webhook_deliveries d
          where d.account_id = $1 and d.webhook_id = $2 and ($3::uuid is null or d.id < $3)
            ${ofStatus[page.status ?? "any"]} and ($4::text is null or d.event_type = $4)
            and ($5::timestamptz is null or d.created_at >= $5) and ($6::timestamptz is null or d.created_at < $6)
          order by d.id desc limit $7`,
  values: [accountId, webhookId, page.afterId, page.eventType, page.since, page.until, page.limit + 1],
});

/** With the exact body sent. */
export const selectDelivery = (accountId: string, webhookId: string, id: string): Statement => ({
  name: "webhook_delivery_by_id",
  text: `select ${columns}, e.payload::text as payload
           from webhook_deliveries d
           join webhooks w on w.account_id = d.account_id and w.id = d.webhook_id and w.deleted_at is null
           join events e on e.account_id = d.account_id and e.id = d.event_id
          where d.account_id = $1 and d.webhook_id = $2 and d.id = $3`,
  values: [accountId, webhookId, id],
});

export const selectAttempts = (accountId: string, deliveryId: string): Statement => ({
  name: "webhook_attempts_of_delivery",
  text: `select number, started_at, duration_ms, status_code, error, request_headers, response_headers, response_body
           from webhook_attempts where account_id = $1 and delivery_id = $2 order by number`,
  values: [accountId, deliveryId],
});

/**
 * SQL of a UUIDv7 of the event's millisecond, made where the rows are: their number is not known before. It begins with the
 * event's own 32 counting bits, so that deliveries sort as their events do, also within a millisecond; 40 random bits tell
 * the endpoints apart. The event's delivery to an endpoint is found by it, without an index of its own.
 */
export const newDeliveryId = (eventId: string, rest = "gen_random_uuid()") =>
  `(substr(${eventId}::text, 1, 26) || substr(${rest}::text, 27))::uuid`;

/** A delivery to one chosen endpoint, whatever it subscribes to. */
export async function insertDelivery(
  tx: TenantTx,
  delivery: { webhookId: string; eventId: string; eventType: EventType; now: Date },
): Promise<void> {
  await tx.query(
    `insert into webhook_deliveries (account_id, id, webhook_id, event_id, event_type, next_attempt_at, created_at)
     values ($1, ${newDeliveryId("$3::uuid")}, $2, $3, $4, $5, $5)`,
    [tx.accountId, delivery.webhookId, delivery.eventId, delivery.eventType, delivery.now],
  );
}

/** Makes a finished delivery due at once; one of a paused endpoint waits with the others. Null: it is pending, or its endpoint is disabled. */
export async function retryDelivery(
  tx: TenantTx,
  webhookId: string,
  id: string,
  now: Date,
): Promise<DeliveryRow | null> {
  const [row] = await tx.query<DeliveryRow>(
    `update webhook_deliveries d set status = 'pending', next_attempt_at = $4, finished_at = null, retries_from = d.attempts_count
       from webhooks w
      where d.account_id = $1 and d.webhook_id = $2 and d.id = $3 and d.status <> 'pending'
        and w.account_id = d.account_id and w.id = d.webhook_id and w.status <> 'disabled' and w.deleted_at is null
      returning ${columns}`,
    [tx.accountId, webhookId, id, now],
  );
  if (row === undefined) return null;
  await endRest(tx, webhookId);
  return row;
}

/** Somebody wants to see the endpoint tried now, whatever its circuit says. */
export async function endRest(tx: TenantTx, webhookId: string): Promise<void> {
  await tx.query("update webhooks set resting_until = null where account_id = $1 and id = $2", [
    tx.accountId,
    webhookId,
  ]);
}
