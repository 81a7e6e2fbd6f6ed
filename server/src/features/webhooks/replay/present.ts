import type { components } from "../../../generated/openapi.types.ts";
import { encodeId } from "../../../platform/ids/index.ts";
import type { ReplayRow } from "./store.ts";

export function presentReplay(row: ReplayRow): components["schemas"]["WebhookReplay"] {
  return {
    object: "webhook_replay",
    id: encodeId("rpl", row.id),
    webhook_id: encodeId("whk", row.webhook_id),
    since: row.since.toISOString(),
    until: row.until.toISOString(),
    event_types: row.event_types,
    only: row.wanted,
    status: row.status,
    progress: progressOf(row),
    replayed_count: row.replayed_count,
    pending_count: row.pending_count,
    succeeded_count: row.succeeded_count,
    failed_count: row.failed_count,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

/** The share of the time between `since` and `until` that has been looked at; an event's id begins with its millisecond. */
function progressOf({ status, reached, since, until }: ReplayRow): number {
  if (status === "completed") return 1;
  const at = Number.parseInt(reached.replace("-", "").slice(0, 12), 16);
  const share = (at - since.getTime()) / (until.getTime() - since.getTime());
  return Math.min(Math.max(Math.round(share * 1_000) / 1_000, 0), 1);
}
