import type { KeyRing } from "../../../platform/crypto/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import type { EgressPools, ExchangeLimits } from "../../../platform/egress/index.ts";
import type { DeliveryMetrics } from "../metrics.ts";
import type { FailingDeps } from "./failing.ts";
import type { Taker } from "./taker.ts";
import type { ResultWriter } from "./batch-writer.ts";

export interface DrainDeps extends FailingDeps {
  db: Database;
  keyRing: KeyRing;
  pools: EgressPools;
  taker: Taker;
  writer: ResultWriter;
  random: () => number;
  limits: ExchangeLimits;
  metrics: DeliveryMetrics;
  /** Requests at once to one endpoint. */
  slotsMax: number;
  /** Then an endpoint is given back, so that many busy endpoints take turns on the workers. */
  turnMs: number;
  /**
   * How long an endpoint is kept after its last delivery for the next one. To claim it anew and give it back takes several
   * transactions and a job, which are many times the work of a delivery.
   */
  lingerMs: number;
  /** False: others may wait for a place, so an endpoint with nothing due is given back at once. */
  hasRoom: () => boolean;
}

export interface DrainSignals {
  /** The endpoint is not ours any more, or there is no more time: end now. */
  signal: AbortSignal;
  /** The process is to end: do not wait for more. */
  closing: AbortSignal;
}
