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
  leaseMs: integer({
    variable: "LEASE_MS",
    description: "how long the work of a worker that died stays with it before another one takes it",
    example: "30000",
    min: 500,
    max: 600_000,
    fallback: { value: 30_000 },
  }),
});
