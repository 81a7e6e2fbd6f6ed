import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "drafts",
      about: "content for short videos that was asked for",
      columns: ["id", "title", "brief", "platform", "tone", "language", "created_at", "updated_at"],
      ids: { id: "dft" },
    },
    {
      table: "draft_variants",
      about: "what was written for drafts, by position; with superseded_at, others took its place",
      columns: [
        "id",
        "draft_id",
        "generation_id",
        "position",
        "hook",
        "script",
        "caption",
        "hashtags",
        "edited_fields",
        "selected",
        "superseded_at",
        "created_at",
        "updated_at",
      ],
      ids: { id: "var", draft_id: "dft", generation_id: "gen" },
    },
  ],
};
