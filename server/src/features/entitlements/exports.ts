import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "entitlements",
      about: "plans and boosts that you hold",
      columns: ["id", "source", "provider", "ref", "plan", "starts_at", "ends_at", "version"],
      ids: {},
    },
    {
      table: "billing_subscriptions",
      about: "what you subscribe to, as the payment provider last said",
      columns: [
        "provider",
        "ref",
        "plan",
        "status",
        "current_period_start",
        "current_period_end",
        "cancels_at",
        "ended_at",
        "synced_at",
      ],
      ids: {},
      key: ["provider"],
    },
    {
      table: "entitlement_changes",
      about: "when you got or lost a plan or boost, and why",
      columns: [
        "id",
        "change",
        "source",
        "provider",
        "ref",
        "plan",
        "starts_at",
        "ends_at",
        "version",
        "cause",
        "cause_ids",
        "created_at",
      ],
      ids: { id: "ech" },
    },
  ],
};
