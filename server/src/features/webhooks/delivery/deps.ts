import type { KeyRing } from "../../../platform/crypto/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import type { EgressPools, ExchangeLimits } from "../../../platform/egress/index.ts";
import type { DeliveryMetrics } from "../metrics.ts";
import type { FailingDeps } from "./failing.ts";
import type { ResultWriter } from "./writer.ts";

export interface DrainDeps extends FailingDeps {
  db: Database;
  keyRing: KeyRing;
  pools: EgressPools;
  writer: ResultWriter;
  random: () => number;
  limits: ExchangeLimits;
  metrics: DeliveryMetrics;
  /** Requests at once to one endpoint. */
  slotsMax: number;
}

/** Then an endpoint is given back, so that many busy endpoints take turns on the workers. */
export const turnMs = 10_000;
