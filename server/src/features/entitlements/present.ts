import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { planIds } from "../plans/index.ts";
import type { EntitlementChangeRow } from "./store.ts";

export function presentChange(row: EntitlementChangeRow): components["schemas"]["EntitlementChange"] {
  return {
    object: "entitlement_change",
    id: encodeId("ech", row.id),
    change: row.change,
    source: row.source,
    reference: row.ref,
    plan: planIds.find((id) => id === row.plan) ?? "free",
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at?.toISOString() ?? null,
    cause: { kind: row.cause, ids: row.cause_ids },
    version: row.version,
    created_at: row.created_at.toISOString(),
  };
}
