import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "cost_entries",
      about:
        "calls of providers that were made for you: what they used, and their cost in micro-dollars where it is known",
      columns: [
        "id",
        "generation_id",
        "plugin_id",
        "model",
        "kind",
        "outcome",
        "input_tokens",
        "output_tokens",
        "seconds",
        "images",
        "cost_micros",
        "plan",
        "occurred_at",
      ],
      ids: { generation_id: "gen" },
    },
    {
      table: "cost_anomalies",
      about: "days that cost far more than usual",
      columns: ["day", "cost_micros", "usual_micros", "noticed_at"],
      ids: {},
      key: ["day"],
    },
  ],
  leftOut: {
    cost_days: "sums by day of what stands in cost_entries",
    cost_days_due: "days of cost_entries that are not summed up yet",
  },
};
