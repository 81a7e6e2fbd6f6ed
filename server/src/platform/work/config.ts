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
  workerNice: integer({
    variable: "WORKER_NICE",
    description:
      "how far a worker process stands back when its machine is busy, as nice(1): on one machine with the API, 10 lets requests go first",
    example: "10",
    min: 0,
    max: 19,
    fallback: { value: 0 },
  }),
});
