import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { KeyMode } from "./key-format.ts";
import { rotationDueAt } from "./secret.ts";
import type { ApiKeyRow } from "./store.ts";

type ApiKey = components["schemas"]["ApiKey"];

/** Keys of an account all have its mode. */
export function presentKey(row: ApiKeyRow, mode: KeyMode, now: Date): ApiKey {
  const status = statusOf(row, now);
  const grace =
    status !== "revoked" && row.previous_expires_at !== null && row.previous_expires_at > now
      ? row.previous_expires_at
      : null;
  return {
    object: "api_key",
    id: encodeId("key", row.id),
    name: row.name,
    hint: `amv_${mode}_...${row.last4}`,
    mode,
    status,
    scopes: row.scopes,
    ip_allowlist: row.ip_allowlist,
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    rotation_due_at: status === "revoked" ? null : rotationDueAt(row.secret_created_at).toISOString(),
    previous_last4: grace && row.previous_last4,
    previous_expires_at: grace?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
    last_used_ip: row.last_used_ip,
    created_at: row.created_at.toISOString(),
  };
}

export function statusOf(
  { revoked_at: revoked, expires_at: end }: Pick<ApiKeyRow, "revoked_at" | "expires_at">,
  now: Date,
): ApiKey["status"] {
  if (revoked !== null) return "revoked";
  return end !== null && end <= now ? "expired" : "active";
}
