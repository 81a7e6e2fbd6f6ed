import { Counter, type Registry } from "prom-client";

export interface QuotaMetrics {
  admitted(by: "redis" | "ledger"): void;
  refused(code: string): void;
}

export function createQuotaMetrics(registry: Registry): QuotaMetrics {
  const registers = [registry];
  const admissions = new Counter({
    name: "musicverse_quota_admissions_total",
    help: "Generations admitted, by what decided: the counters in Redis, or the ledger in PostgreSQL.",
    labelNames: ["by"],
    registers,
  });
  const refusals = new Counter({
    name: "musicverse_quota_refusals_total",
    help: "Generations refused by the limits of a plan.",
    labelNames: ["code"],
    registers,
  });
  return { admitted: (by) => admissions.inc({ by }), refused: (code) => refusals.inc({ code }) };
}
