import { erasureWork } from "./features/account-data/index.ts";
import { forgetCredentials, ownerAddress, resetRequestWork } from "./features/accounts/index.ts";
import { exposureWork, rotationReminderWork } from "./features/api-keys/index.ts";
import { createCostLedger, rollUpCosts, watchCosts } from "./features/costs/index.ts";
import { createStripeAccess, endCustomer } from "./features/billing/index.ts";
import {
  billingSyncWork,
  createSyncMetrics,
  expireEntitlements,
  reconcileCustomers,
  stripeSource,
} from "./features/entitlements/index.ts";
import { createGeneratedVariants } from "./features/drafts/index.ts";
import { keepEventLog } from "./features/events/index.ts";
import { endAbandoned, generationWork, lanes } from "./features/generation/index.ts";
import { forgetIncomingEvents, incomingEventWork, type IncomingRegistry } from "./features/incoming-events/index.ts";
import { createGeneratedImages } from "./features/library/index.ts";
import { forgetMails, mailWork } from "./features/notifications/index.ts";
import { forgetExpiredOauth } from "./features/oauth/index.ts";
import { createPlanLookup } from "./features/plans/index.ts";
import { createBreakerBoard, postEveryMs } from "./features/plugins/index.ts";
import { createCounters, createProviderPlaces, createQuota } from "./features/quota/index.ts";
import { forgetSignIns } from "./features/sign-in/index.ts";
import { analysisWork, blobDeletionWork, createGeneratedTracks } from "./features/tracks/index.ts";
import { keepUsage, rollUpUsage } from "./features/usage/index.ts";
import {
  createDeliveryMetrics,
  createDrainWork,
  createReplayWork,
  forgetStats,
  forgetWebhooks,
  judgeFailingEndpoints,
} from "./features/webhooks/index.ts";
import { wireEvents, wireIncoming } from "./features.ts";
import { createEgressPools, createResolver } from "./platform/egress/index.ts";
import { forgetIdempotencyRecords } from "./platform/http/idempotency.ts";
import { startMaintenance } from "./platform/work/index.ts";
import type { RunningPart } from "./api.ts";
import type { Services } from "./services.ts";

/** Requests at once to one webhook endpoint. */
const ENDPOINT_SLOTS = 32;
const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

/**
 * Takes up work until closed; run as many as there is work for. With `onlyPlugins` this process does those plugins'
 * work and nothing else, so that one which leaks or loops harms only itself.
 */
export async function startWorker(
  services: Services,
  { onlyPlugins, incoming = wireIncoming(services) }: { onlyPlugins?: string[]; incoming?: IncomingRegistry } = {},
): Promise<RunningPart> {
  const { clock, config, db, keyRing, limiter, log, mailer, plugins, redis, storage, work } = services;
  const { emit, feed, notify } = wireEvents(services);
  const stripe = createStripeAccess({ plugins, registry: services.metrics.registry });
  const makers = {
    tracks: createGeneratedTracks({ db, storage, emit, work }),
    variants: createGeneratedVariants({ clock }),
    images: createGeneratedImages({ db, storage, emit }),
  };
  const pools = createEgressPools({
    policy: { allowLoopback: config.webhookAllowLoopback },
    resolve: createResolver({ timeoutMs: 5_000 }),
    timeoutMs: 5_000,
    connections: ENDPOINT_SLOTS,
    headMs: 15_000,
  });

  const unknown = onlyPlugins?.filter((pluginId) => !plugins.having("generation").includes(pluginId)) ?? [];
  if (unknown.length > 0)
    throw new Error(
      `--plugins names ${unknown.join(", ")}, but loaded are: ${plugins.having("generation").join(", ") || "none"}. Check PLUGINS.`,
    );
  const accountPlans = createPlanLookup(services);
  const counters = redis && createCounters({ redis, prefix: config.redisPrefix, log });
  const quota = createQuota({ db, plans: accountPlans, counters });
  const costs = createCostLedger({ clock, prices: config.costPrices ?? new Map() });
  const places = createProviderPlaces({ redis, prefix: config.redisPrefix, log });
  const generationDeps = {
    db,
    plugins,
    makers,
    emit,
    quota,
    places,
    limiter,
    costs,
    feed,
    clock,
    concurrency: 20,
    leaseMs: config.leaseMs,
  };
  const generation = (onlyPlugins ?? plugins.having("generation")).flatMap((pluginId) =>
    (["live", "test"] as const).flatMap((mode) =>
      lanes.map((lane) => generationWork(generationDeps, { pluginId, mode, lane })),
    ),
  );
  work.start(
    onlyPlugins
      ? generation
      : [
          ...generation,
          createDrainWork({
            metrics: createDeliveryMetrics(services.metrics.registry, services),
            db,
            clock,
            emit,
            notify,
            keyRing,
            pools,
            slotsMax: ENDPOINT_SLOTS,
            concurrency: 500,
            leaseMs: config.leaseMs,
            lingerMs: 1_000,
          }),
          createReplayWork({ db, clock, work, leaseMs: config.leaseMs }),
          incomingEventWork({ db, clock, keyRing, plugins, registry: incoming, leaseMs: config.leaseMs }),
          billingSyncWork({
            db,
            clock,
            emit,
            work,
            sources: [stripeSource({ db, clock, stripe })],
            metrics: createSyncMetrics(services.metrics.registry, { db, clock }),
            leaseMs: config.leaseMs,
          }),
          analysisWork({ db, storage, concurrency: 1 }),
          blobDeletionWork({ db, storage }),
          erasureWork({
            db,
            storage,
            clock,
            sendsMail: mailer !== null,
            leaseMs: config.leaseMs,
            endElsewhere: (accountId) => endCustomer({ db, stripe, log }, accountId),
          }),
          resetRequestWork({ db, keyRing, clock, notify }),
          ...(mailer
            ? [mailWork({ db, keyRing, clock, mailer, ownerAddress: (accountId) => ownerAddress(db, accountId) })]
            : []),
          exposureWork({ db, clock, emit, notify }),
          rotationReminderWork({ db, clock, emit, notify }),
        ],
  );
  const posting = { name: "post breakers", everyMs: postEveryMs, run: createBreakerBoard({ db, plugins }).post };
  const maintenance = startMaintenance(
    log,
    onlyPlugins
      ? [posting]
      : [
          posting,
          { name: "forget expired OAuth rows", everyMs: HOUR_MS, run: () => forgetExpiredOauth({ db, clock, emit }) },
          {
            name: "compare customers with the payment provider",
            everyMs: MINUTE_MS,
            run: () => reconcileCustomers({ db, clock, log, providers: ["stripe"] }),
          },
          { name: "end entitlements", everyMs: MINUTE_MS, run: () => expireEntitlements({ db, clock, emit }) },
          {
            name: "end generations of plugins that are gone",
            everyMs: MINUTE_MS,
            run: () => endAbandoned(generationDeps),
          },
          { name: "keep the event log", everyMs: DAY_MS, run: () => keepEventLog(db, clock) },
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
          { name: "forget ended sessions and links", everyMs: HOUR_MS, run: () => forgetCredentials({ db, clock }) },
          { name: "keep usage", everyMs: DAY_MS, run: () => keepUsage({ db, clock }) },
          { name: "roll up usage", everyMs: MINUTE_MS, run: () => rollUpUsage({ db, clock }) },
          { name: "roll up costs", everyMs: HOUR_MS, run: () => rollUpCosts({ db, clock }) },
          { name: "watch costs", everyMs: MINUTE_MS, run: () => watchCosts({ db, clock, emit }) },
          { name: "forget mails", everyMs: HOUR_MS, run: () => forgetMails({ db, clock }) },
          { name: "forget incoming events", everyMs: HOUR_MS, run: () => forgetIncomingEvents({ db, clock }) },
          { name: "remove unfinished uploads", everyMs: HOUR_MS, run: () => storage.removeUnfinished() },
          { name: "forget idempotency keys", everyMs: HOUR_MS, run: () => forgetIdempotencyRecords(db, clock.now()) },
          { name: "forget sign-ins", everyMs: HOUR_MS, run: () => forgetSignIns({ db, clock }) },
        ],
  );
  if (!mailer) log.warn("email delivery disabled: SMTP_URL is not set");
  log.info("worker started");
  return {
    close: async () => {
      await maintenance.stop();
      await work.close();
      feed.close();
      accountPlans.close();
      await pools.close();
    },
  };
}
