import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "rate_limit_overrides",
      about: "rate limits agreed with you, in place of the plan's",
      columns: [
        "id",
        "api_key_id",
        "quota_max",
        "quota_seconds",
        "burst_max",
        "burst_seconds",
        "expires_at",
        "created_at",
      ],
      ids: { api_key_id: "key" },
    },
  ],
};
