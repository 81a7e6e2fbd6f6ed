import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "mails",
      about: "mails that were sent to you, of the last 30 days, without their text: links in it sign people in",
      columns: ["id", "state", "created_at", "finished_at"],
      ids: {},
    },
  ],
};
