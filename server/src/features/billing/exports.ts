import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "billing_customers",
      about: "who you are at payment providers",
      columns: ["provider", "mode", "customer_id", "created_at"],
      ids: {},
      key: ["provider"],
    },
  ],
};
