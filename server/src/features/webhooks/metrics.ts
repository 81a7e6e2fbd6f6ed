import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Outcome } from "./delivery/outcome.ts";
import { countDue, countDisabled } from "./metrics-store.ts";

export interface DeliveryMetrics {
  attempt(outcome: Outcome["verdict"]): void;
  /** From when a delivery was due to when it was first sent. */
  firstAttempt(seconds: number): void;
}

const seconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600];

/** What a worker measures of deliveries, and what the database says about all of them when somebody asks. */
export function createDeliveryMetrics(
  registry: Registry,
  { db, clock }: { db: Database; clock: Clock },
): DeliveryMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: "musicverse_webhooks_attempts_total",
    help: "Attempts to deliver, by what the endpoint's answer meant.",
    labelNames: ["outcome"],
    registers,
  });
  const first = new Histogram({
    name: "musicverse_webhooks_first_attempt_seconds",
    help: "Time from when a delivery was due to its first attempt.",
    buckets: seconds,
    registers,
  });
  const due = new Gauge({
    name: "musicverse_webhooks_due_deliveries",
    help: "Deliveries that are due now, those of paused and disabled endpoints too, counted up to 100000.",
    registers: [],
    async collect() {
      this.set(await countDue(db, clock.now()));
    },
  });
  const disabled = new Gauge({
    name: "musicverse_webhooks_disabled_endpoints",
    help: "Endpoints that were disabled because they failed or are gone.",
    registers: [],
    async collect() {
      this.set(await countDisabled(db));
    },
  });
  for (const gauge of [due, disabled]) registry.registerMetric(gauge);
  return {
    attempt: (outcome) => attempts.inc({ outcome }),
    firstAttempt: (time) => first.observe(time),
  };
}
