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
    description: "lease on work: how long a dead worker's work waits before another worker takes it",
    example: "30000",
    min: 500,
    max: 600_000,
    fallback: { value: 30_000 },
  }),
  workerNice: integer({
    variable: "WORKER_NICE",
    description:
      "CPU niceness of a worker process, as in nice(1): on one machine with the API, 10 lets requests go first",
    example: "10",
    min: 0,
    max: 19,
    fallback: { value: 0 },
  }),
});
