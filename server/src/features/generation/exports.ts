import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "generations",
      about: "what was asked of providers",
      columns: [
        "id",
        "kind",
        "status",
        "lane",
        "plugin_id",
        "model",
        "title",
        "draft_id",
        "input",
        "error_code",
        "error_message",
        "request_id",
        "created_at",
        "started_at",
        "finished_at",
      ],
      ids: { id: "gen", draft_id: "dft" },
    },
  ],
};
