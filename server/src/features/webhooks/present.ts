import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { AttemptRow, DeliveryRow } from "./delivery-store.ts";
import { constantHeaders } from "./delivery/attempt.ts";
import type { WebhookRow } from "./store.ts";

type Schemas = components["schemas"];

/** `now` decides whether the secret before the last rotation still signs. */
export function presentWebhook(row: WebhookRow, now: Date): Schemas["Webhook"] {
  return {
    object: "webhook",
    id: encodeId("whk", row.id),
    url: row.url,
    description: row.description,
    event_types: row.event_types,
    ordered: row.ordered,
    ordered_on_failure: row.ordered_on_failure,
    max_per_second: row.max_per_second,
    status: row.status,
    disabled_reason: row.disabled_reason,
    disabled_at: row.disabled_at?.toISOString() ?? null,
    failing_since: row.failing_since?.toISOString() ?? null,
    missed_since: row.missed_since?.toISOString() ?? null,
    missed_count: row.missed_count,
    previous_secret_ends_at: momentAfter(row.previous_secret_until, now),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export function presentDelivery(row: DeliveryRow): Schemas["WebhookDelivery"] {
  return {
    object: "webhook_delivery",
    id: encodeId("dlv", row.id),
    webhook_id: encodeId("whk", row.webhook_id),
    event_id: encodeId("evt", row.event_id),
    event_type: row.event_type,
    sequence: row.sequence,
    status: row.status,
    attempts_count: row.attempts_count,
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    last_status_code: row.last_status_code,
    last_error: row.last_error,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

export function presentDeliveryDetail(
  row: DeliveryRow & { payload: string },
  attempts: AttemptRow[],
): Schemas["WebhookDeliveryDetail"] {
  return {
    ...presentDelivery(row),
    request: {
      headers: {
        ...constantHeaders,
        "webhook-id": encodeId("evt", row.event_id),
        ...(row.sequence !== null && { "webhook-sequence": String(row.sequence) }),
      },
      body: row.payload,
    },
    attempts: attempts.map((attempt) => ({
      ...attempt,
      started_at: attempt.started_at.toISOString(),
      response_body: attempt.response_body?.toString("utf8") ?? null,
    })),
  };
}

/** An end that has passed is as if it had never been. */
function momentAfter(moment: Date | null, now: Date): string | null {
  return moment !== null && moment > now ? moment.toISOString() : null;
}
