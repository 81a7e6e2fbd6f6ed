import { Counter, Gauge, type Registry } from "prom-client";
import type { Clock } from "../../../platform/clock/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import { selectBacklog } from "./store.ts";

export interface SyncMetrics {
  result(result: "synced" | "superseded" | "failed" | "unknown_customer"): void;
  /** A comparison found what no event had told. */
  drift(): void;
}

/** What a worker measures of its looks at customers, and what the database says about those that wait when somebody asks. */
export function createSyncMetrics(registry: Registry, { db, clock }: { db: Database; clock: Clock }): SyncMetrics {
  const results = new Counter({
    name: "musicverse_billing_syncs_total",
    help: "Looks at customers of the payment provider, by how they ended.",
    labelNames: ["result"],
    registers: [registry],
  });
  const drift = new Counter({
    name: "musicverse_billing_drift_total",
    help: "Customers whose entitlements were wrong until the daily comparison with the payment provider.",
    registers: [registry],
  });
  const backlog = (read: (row: { oldest: number; unknown: number }) => number) =>
    async function collect(this: Gauge) {
      const [row] = await db.readSystem<{ oldest: number; unknown: number }>(
        "what waits to be synced",
        selectBacklog(clock.now()),
      );
      this.set(row ? read(row) : 0);
    };
  registry.registerMetric(
    new Gauge({
      name: "musicverse_billing_sync_oldest_seconds",
      help: "For how long the customer has waited that waits longest to be looked at; more than some minutes means that the payment provider cannot be read.",
      registers: [],
      collect: backlog(({ oldest }) => oldest),
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: "musicverse_billing_unknown_customers",
      help: "Customers that the payment provider told of and that no account is.",
      registers: [],
      collect: backlog(({ unknown }) => unknown),
    }),
  );
  return { result: (result) => results.inc({ result }), drift: () => drift.inc() };
}
