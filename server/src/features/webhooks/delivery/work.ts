import { randomUUID } from "node:crypto";
import type { KeyRing } from "../../../platform/crypto/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import type { EgressPools } from "../../../platform/egress/index.ts";
import type { WorkKind, WorkPointer } from "../../../platform/work/index.ts";
import type { DeliveryMetrics } from "../metrics.ts";
import type { EndpointClaim } from "./claim.ts";
import { deliveryLimits } from "./attempt.ts";
import type { DrainDeps } from "./deps.ts";
import type { FailingDeps } from "./failing.ts";
import { drainEndpoint } from "./drain.ts";
import { drainInOrder } from "./in-order.ts";
import { cancelOrphans, claimEndpoint, renewEndpoint, selectDueAmong, selectDueEndpoints } from "./store.ts";
import { createTaker } from "./taker.ts";
import { createResultWriter } from "./batch-writer.ts";

export const drainKind = "webhook-drain";

export interface DrainWorkOptions extends FailingDeps {
  db: Database;
  keyRing: KeyRing;
  /** Needs at least `slotsMax` connections per pool. */
  pools: EgressPools;
  metrics: DeliveryMetrics;
  /** Requests at once to one endpoint. */
  slotsMax: number;
  /** Endpoints at once. One that hangs holds a place for at most 20 s, and no thread. */
  concurrency: number;
  leaseMs: number;
  /** How long an endpoint is kept after its last delivery for the next one. */
  lingerMs: number;
}

/** The drain as a kind of work: one pointer per endpoint with something due, not per delivery, so its claim is its own. */
export function createDrainWork(options: DrainWorkOptions): WorkKind<EndpointClaim> {
  const { db, clock, leaseMs } = options;
  let running = 0;
  const deps: DrainDeps = {
    ...options,
    taker: createTaker(db),
    writer: createResultWriter(db),
    random: Math.random,
    limits: deliveryLimits,
    turnMs: 10_000,
    hasRoom: () => running <= options.concurrency / 2,
  };
  return {
    name: drainKind,
    queue: drainKind,
    concurrency: options.concurrency,
    leaseMs,
    due: (limit, among) =>
      db.readSystem<WorkPointer>(
        "find webhook endpoints with due deliveries",
        among === undefined ? selectDueEndpoints(clock.now(), limit) : selectDueAmong(clock.now(), among),
      ),
    claim: ({ id, accountId }) =>
      db.withTenant(accountId, async (tx) => {
        const claim = await claimEndpoint(tx, { id, leaseToken: randomUUID(), now: clock.now(), leaseMs });
        if (claim === null) await cancelOrphans(tx, id, clock.now());
        return claim;
      }),
    renew: (claim) => db.withTenant(claim.accountId, (tx) => renewEndpoint(tx, claim, leaseMs)),
    run: async (claim, context) => {
      running += 1;
      try {
        await (claim.ordered ? drainInOrder : drainEndpoint)(deps, claim, context);
      } finally {
        running -= 1;
      }
    },
  };
}
