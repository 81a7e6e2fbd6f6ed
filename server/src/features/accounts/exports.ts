import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "users",
      about: "who signs in",
      columns: ["id", "email", "email_verified_at", "created_at"],
      ids: { id: "usr" },
    },
    {
      table: "sessions",
      about: "where somebody signed in",
      columns: ["id", "created_at", "last_used_at", "expires_at", "revoked_at", "ip", "user_agent"],
      ids: { id: "ses" },
    },
  ],
  leftOut: {
    user_tokens: "links that were not opened yet: hashes only",
  },
};
