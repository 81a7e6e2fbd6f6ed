import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "quota_entries",
      about: "what generations used of the plan",
      columns: ["generation_id", "draft_id", "regeneration", "admitted_at", "outcome", "settled_at"],
      ids: { generation_id: "gen", draft_id: "dft" },
      key: ["generation_id"],
    },
  ],
  leftOut: {
    quota_accounts: "one number that tells whether counters are up to date",
  },
};
