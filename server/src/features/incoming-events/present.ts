import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { IncomingEventRow } from "./store.ts";

export function presentIncomingEvent(row: IncomingEventRow): components["schemas"]["IncomingEvent"] {
  return {
    object: "incoming_event",
    id: encodeId("iev", row.id),
    plugin: row.plugin,
    mode: row.mode,
    provider_event_id: row.provider_event_id,
    type: row.type,
    status: row.status,
    attempts_count: row.attempts,
    next_attempt_at: row.due_at?.toISOString() ?? null,
    last_error: row.last_error,
    request_id: row.request_id,
    occurred_at: row.occurred_at.toISOString(),
    received_at: row.received_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}
