import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { OverrideRow } from "./store.ts";

export function presentOverride(row: OverrideRow): components["schemas"]["RateLimitOverride"] {
  return {
    object: "rate_limit_override",
    target_id: row.api_key_id === null ? encodeId("acc", row.account_id) : encodeId("key", row.api_key_id),
    account_id: encodeId("acc", row.account_id),
    quota: presentRate(row.quota_max, row.quota_seconds),
    burst: presentRate(row.burst_max, row.burst_seconds),
    note: row.note,
    expires_at: row.expires_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function presentRate(requests: number | null, seconds: number | null) {
  return requests === null || seconds === null ? null : { requests, window_seconds: seconds };
}
