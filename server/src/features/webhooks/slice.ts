import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, WorkEntry } from "../../slice.ts";
import { createEgressPools, createResolver } from "../../platform/egress/index.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../platform/time/index.ts";
import { judgeFailingEndpoints } from "./delivery/failing.ts";
import { createDrainWork, drainKind } from "./delivery/work.ts";
import { disableWebhooks } from "./disable-all.ts";
import { exported } from "./exports.ts";
import { countLateEndpoints } from "./late.ts";
import { forgetWebhooks } from "./maintenance.ts";
import { createDeliveryMetrics } from "./metrics.ts";
import { createReplayWork, replayKind } from "./replay/work.ts";
import { webhooksRoutes } from "./routes.ts";
import { forgetStats } from "./stats/store.ts";

/** Requests at once to one endpoint. */
const ENDPOINT_SLOTS = 32;

export const webhooksSlice = (services: Services, { cursors, emit, notify }: Shared) => {
  const { clock, config, db, keyRing, metrics, work } = services;
  const policy = { allowLoopback: config.webhookAllowLoopback };
  const { leaseMs } = config;
  const openDrain: WorkEntry["open"] = (_all, closing) => {
    const pools = createEgressPools({
      policy,
      resolve: createResolver({ timeoutMs: 5_000 }),
      timeoutMs: 5_000,
      connections: ENDPOINT_SLOTS,
      headMs: 15_000,
    });
    closing.defer(() => pools.close());
    return createDrainWork({
      metrics: createDeliveryMetrics(metrics.registry, services),
      db,
      clock,
      emit,
      notify,
      keyRing,
      pools,
      slotsMax: ENDPOINT_SLOTS,
      concurrency: 500,
      leaseMs,
      lingerMs: 1_000,
    });
  };
  return {
    api: () => ({ routes: webhooksRoutes({ db, cursors, clock, keyRing, work, policy }) }),
    work: [
      { name: drainKind, open: openDrain },
      { name: replayKind, open: () => createReplayWork({ db, clock, work, leaseMs }) },
    ],
    chores: [
      { name: "forget webhook figures", everyMs: DAY_MS, run: () => forgetStats({ db, clock }) },
      {
        name: "forget ended replays and deleted webhooks",
        everyMs: HOUR_MS,
        run: () => forgetWebhooks({ db, clock }),
      },
      {
        name: "judge webhook endpoints that only fail",
        everyMs: MINUTE_MS,
        run: () => judgeFailingEndpoints({ db, clock, emit, notify }),
      },
    ],
    probes: [
      {
        name: "webhook deliveries",
        types: ["webhook"],
        look: async () => {
          const late = await countLateEndpoints(db, clock);
          return late > 0 ? `${late} endpoints have waited for more than a minute: is a worker running?` : undefined;
        },
      },
    ],
    credentials: { end: disableWebhooks, endUnproven: disableWebhooks },
    exports: exported,
  } satisfies Slice;
};
