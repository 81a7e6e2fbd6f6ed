import type { Exported } from "../account-data/index.ts";
import { imageEnding } from "./image-facts.ts";

export const exported: Exported = {
  tables: [
    {
      table: "assets",
      about: "the library; its pictures are in images/",
      columns: [
        "id",
        "kind",
        "status",
        "title",
        "platform",
        "hook",
        "script",
        "caption",
        "hashtags",
        "tags",
        "metadata",
        "draft_id",
        "variant_id",
        "generation_id",
        "content_type",
        "bytes",
        "sha256",
        "width",
        "height",
        "created_at",
        "updated_at",
      ],
      ids: { id: "ast", draft_id: "dft", variant_id: "var", generation_id: "gen" },
    },
  ],
  files: [
    {
      table: "assets",
      folder: "images",
      about: "one file for each picture of the library, named after its id",
      prefix: "ast",
      column: "content_type",
      endingOf: imageEnding,
    },
  ],
};
