import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "api_keys",
      about: "API keys, without their secrets",
      columns: [
        "id",
        "name",
        "last4",
        "scopes",
        "ip_allowlist",
        "created_at",
        "last_used_at",
        "last_used_ip",
        "expires_at",
        "revoked_at",
      ],
      ids: { id: "key" },
    },
  ],
};
