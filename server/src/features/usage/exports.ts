import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "usage_requests",
      about: "requests of the last 30 days, those of one kind and minute together",
      columns: [
        "minute",
        "id",
        "credential",
        "key_id",
        "session_id",
        "operation",
        "method",
        "status",
        "problem",
        "agent",
        "requests",
        "bytes_in",
        "bytes_out",
        "request_ids",
      ],
      ids: { key_id: "key", session_id: "ses" },
      key: ["minute", "id"],
    },
    {
      table: "usage_rollups",
      about: "requests by hour and day",
      columns: [
        "starts_at",
        "span",
        "n",
        "credential",
        "key_id",
        "operation",
        "method",
        "status",
        "problem",
        "requests",
        "bytes_in",
        "bytes_out",
      ],
      ids: { key_id: "key" },
      key: ["starts_at", "span", "n"],
    },
  ],
};
