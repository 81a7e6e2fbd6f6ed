import type { components } from "../../generated/openapi.types.ts";
import { encodeId, type IdPrefix } from "../../platform/ids/index.ts";
import type { AdminActionRow } from "./store.ts";

type AdminAction = components["schemas"]["AdminAction"];

export function presentAdminAction(row: AdminActionRow): AdminAction {
  return {
    object: "admin_action",
    id: encodeId("adm", row.id),
    action: row.action,
    actor: {
      kind: row.actor_kind,
      account_id: publicId("acc", row.actor_account_id),
      user_id: publicId("usr", row.actor_user_id),
      api_key_id: publicId("key", row.actor_key_id),
    },
    target: { id: row.target_id, account_id: publicId("acc", row.target_account_id) },
    details: row.details,
    request_id: row.request_id,
    created_at: row.created_at.toISOString(),
  };
}

function publicId(prefix: IdPrefix, uuid: string | null): string | null {
  return uuid === null ? null : encodeId(prefix, uuid);
}
