import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "identities",
      about: "what you sign in with besides a password",
      columns: ["id", "provider", "mode", "subject", "name", "linked_at"],
      ids: {},
    },
  ],
};
