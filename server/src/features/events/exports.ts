import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "events",
      about: "everything that happened, of the last 30 days",
      columns: ["id", "type", "payload", "request_id", "created_at"],
      ids: { id: "evt" },
    },
  ],
};
