import { defineSettings, integer } from "../config/define.ts";

export const settings = defineSettings({
  sweepIntervalMs: integer({
    variable: "SWEEP_INTERVAL_MS",
    description: "how often due rows that no queue knows are looked for",
    example: "1000",
    min: 10,
    max: 60_000,
    fallback: { value: 1000 },
  }),
});
