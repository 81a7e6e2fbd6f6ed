import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { KeyMode } from "./key-format.ts";
import type { ApiKeyRow } from "./store.ts";

type ApiKey = components["schemas"]["ApiKey"];

/** Keys of an account all have its mode. */
export function presentKey(row: ApiKeyRow, mode: KeyMode): ApiKey {
  return {
    object: "api_key",
    id: encodeId("key", row.id),
    name: row.name,
    hint: `amv_${mode}_...${row.last4}`,
    mode,
    scopes: row.scopes,
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}
