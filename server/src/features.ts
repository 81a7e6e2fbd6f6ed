import { accountDataRoutes, erasureKind } from "./features/account-data/index.ts";
import {
  accountPages,
  accountsRoutes,
  createSignInCheck,
  ownerAddress,
  resetRequestKind,
  selectAccountById,
} from "./features/accounts/index.ts";
import { adminRoutes } from "./features/admin/index.ts";
import {
  apiKeysRoutes,
  createAuthenticator,
  createExposureDesk,
  endKeys,
  exposureKind,
  exposureWork,
  rotationReminderKind,
  selectAccountOfKey,
  usableKeysOf,
} from "./features/api-keys/index.ts";
import { draftsRoutes } from "./features/drafts/index.ts";
import {
  billingEventTypes,
  billingRoutes,
  createSimulatedPages,
  createStripeAccess,
} from "./features/billing/index.ts";
import { costsRoutes } from "./features/costs/index.ts";
import { createEmit, eventsRoutes, type EmitEvent } from "./features/events/index.ts";
import {
  createCancelForDraft,
  createGenerationFeed,
  createPrepareGeneration,
  generationRoutes,
  selectGenerationsOfDrafts,
  type GenerationFeed,
} from "./features/generation/index.ts";
import { billingSyncKind, entitlementsRoutes, syncOnEvents } from "./features/entitlements/index.ts";
import { healthRoutes } from "./features/health/index.ts";
import {
  addressLimits,
  badCredentialBucket,
  createLimitsFor,
  createOverrideLookup,
  headersFor,
  limitsRoutes,
} from "./features/limits/index.ts";
import { libraryRoutes } from "./features/library/index.ts";
import { createNotify, mailKind, outboxPage, type Notify } from "./features/notifications/index.ts";
import {
  createIncomingRegistry,
  incomingEventKind,
  incomingEventsRoutes,
  type IncomingRegistry,
} from "./features/incoming-events/index.ts";
import { createPlanLookup, plansRoutes, pricingUrl } from "./features/plans/index.ts";
import {
  createAuthorizationServer,
  createLogos,
  endApps,
  endOauth,
  oauthPages,
  oauthRoutes,
  type AuthorizationServer,
  type Logos,
} from "./features/oauth/index.ts";
import { playlistsRoutes, removeTrackFromPlaylists } from "./features/playlists/index.ts";
import { createBreakerBoard, pluginsRoutes, postEveryMs } from "./features/plugins/index.ts";
import { createCounters, createQuota, createQuotaMetrics } from "./features/quota/index.ts";
import { signInPages, signInRoutes, unlinkAll } from "./features/sign-in/index.ts";
import { analysisKind, blobDeletionKind, tracksRoutes } from "./features/tracks/index.ts";
import { createUsageRecorder, exportRecorderCounts, usageRoutes } from "./features/usage/index.ts";
import { createFanOut, disableWebhooks, drainKind, webhooksRoutes } from "./features/webhooks/index.ts";
import type { AccessLogOptions } from "./platform/http/access-log.ts";
import type { AuthenticateDeps } from "./platform/http/authenticate.ts";
import { deriveSecrets } from "./platform/crypto/index.ts";
import { createCursors } from "./platform/http/cursor.ts";
import type { Handlers } from "./platform/http/operation.ts";
import type { RateLimitDeps } from "./platform/http/rate-limit.ts";
import { createPages, type PagesHandler } from "./platform/pages/index.ts";
import { startMaintenance } from "./platform/work/index.ts";
import { probesOf } from "./probes.ts";
import type { Services } from "./services.ts";
import { version } from "./version.ts";

/** What the slices give to the pipeline: handlers for every operation, who is asking, and what it may use up. */
export interface Features {
  handlers: Handlers;
  authentication: AuthenticateDeps;
  limits: Omit<RateLimitDeps, "limiter">;
  /** Takes what became of each request. */
  recordRequest: AccessLogOptions["onFinished"];
  /** What browsers are shown; everything else goes on to the operations. */
  pages: PagesHandler;
  /** Pages of simulated providers. */
  sandboxPages: ReturnType<typeof createSimulatedPages>;
  oauth: [Logos["handle"], AuthorizationServer["handle"]];
  /** Ends answers that would go on for as long as their subject does. */
  endStreams(): void;
  close(): Promise<void>;
}

/** Largest audio upload, in bytes. */
const UPLOAD_BYTES_MAX = 200_000_000;

/** What API and workers share: events reach their endpoints, changed generations their streams, and notices their people. */
export function wireEvents({ clock, db, keyRing, work }: Services): {
  emit: EmitEvent;
  feed: GenerationFeed;
  notify: Notify;
} {
  return {
    emit: createEmit({ clock, fanOut: createFanOut({ work }) }),
    feed: createGenerationFeed(db),
    notify: createNotify({ keyRing, clock, work }),
  };
}

/** Which feature wants to hear of which events of providers: `registry.on("stripe", "invoice.paid", …)`. */
export function wireIncoming({ clock, work }: Pick<Services, "clock" | "work">): IncomingRegistry {
  const incoming = createIncomingRegistry();
  syncOnEvents(incoming, { provider: "stripe", types: billingEventTypes }, { clock, work });
  return incoming;
}

export interface Surroundings {
  stopping(): boolean;
  /** The origin under which the world reaches this process; known once it listens. */
  publicUrl(): string;
}

export function createFeatures(services: Services, { stopping, publicUrl }: Surroundings): Features {
  const { clock, config, db, keyRing, limiter, log, metrics, plugins, redis, storage, work } = services;
  const cursors = createCursors(deriveSecrets(config.masterKeys, "cursors").map((key) => ({ key })));
  const { emit, feed, notify } = wireEvents(services);
  const signInCheck = createSignInCheck({ ...services, badCredentialBucket });
  const accounts = {
    ...services,
    cursors,
    notify,
    publicUrl,
    signInCheck,
    countKeys: usableKeysOf,
    endUnproven: [endKeys, endApps, disableWebhooks, unlinkAll],
  };
  const outbox = config.mailOutbox
    ? [outboxPage({ db, keyRing, ownerAddress: (accountId) => ownerAddress(db, accountId) })]
    : [];
  const policy = { allowLoopback: config.webhookAllowLoopback };
  const authenticator = createAuthenticator(services);
  const exposures = createExposureDesk({ db, kind: exposureWork({ db, clock, emit, notify }), log });
  const recorder = createUsageRecorder({ db, clock, log, spillDir: config.usageSpillDir });
  exportRecorderCounts(metrics.registry, recorder);
  const queues = [
    drainKind,
    analysisKind,
    blobDeletionKind,
    exposureKind,
    rotationReminderKind,
    incomingEventKind,
    billingSyncKind,
    mailKind,
    resetRequestKind,
    erasureKind,
  ];
  const accountPlans = createPlanLookup(services);
  const counters = redis && createCounters({ redis, prefix: config.redisPrefix, log });
  const quota = createQuota({ db, plans: accountPlans, counters, metrics: createQuotaMetrics(metrics.registry) });
  const overrides = createOverrideLookup(db);
  const limitsFor = createLimitsFor({ plans: accountPlans, overrides, clock });
  const { masterKeys } = config;
  const oauth = createAuthorizationServer({
    ...services,
    emit,
    masterKeys,
    bodyTimeoutMs: config.bodyTimeoutMs,
    publicUrl,
    addressLimits,
    badCredentialBucket,
    headersFor,
  });
  const stripe = createStripeAccess({ plugins, registry: metrics.registry });
  const breakers = createBreakerBoard({ db, plugins });
  const posting = startMaintenance(log, [{ name: "post breakers", everyMs: postEveryMs, run: breakers.post }]);
  const logos = createLogos({ db, policy, limiter, addressLimits, headersFor });
  return {
    handlers: {
      ...accountDataRoutes({ ...accounts, endCredentials: [endKeys, endOauth, disableWebhooks] }),
      ...accountsRoutes(accounts),
      ...adminRoutes({ db, cursors }),
      ...costsRoutes({ db, clock }),
      ...apiKeysRoutes({ ...services, cursors, emit, exposures }),
      ...generationRoutes({ db, cursors, plugins, work, emit, quota, feed }),
      ...draftsRoutes({
        db,
        clock,
        cursors,
        plans: accountPlans,
        prepare: createPrepareGeneration({ plugins, quota, work }),
        cancelFor: createCancelForDraft({ emit, quota }),
        selectWriting: selectGenerationsOfDrafts,
      }),
      ...tracksRoutes({
        db,
        storage,
        cursors,
        emit,
        work,
        beforeDelete: removeTrackFromPlaylists({ clock, emit }),
        uploadBytesMax: UPLOAD_BYTES_MAX,
      }),
      ...libraryRoutes({ db, storage, cursors, emit, work }),
      ...playlistsRoutes({ db, clock, cursors, emit }),
      ...webhooksRoutes({ db, cursors, clock, keyRing, work, policy }),
      ...eventsRoutes({ db, cursors }),
      ...billingRoutes({ db, clock, stripe, returnOrigins: config.billingReturnOrigins, publicUrl }),
      ...incomingEventsRoutes({ ...services, cursors }),
      ...plansRoutes(),
      ...limitsRoutes({
        db,
        clock,
        cursors,
        limiter,
        plans: accountPlans,
        quota,
        limitsFor,
        selectAccount: selectAccountById,
        selectAccountOfKey,
      }),
      ...entitlementsRoutes({ db, clock, cursors, emit, work, plans: accountPlans }),
      ...oauthRoutes({ db, clock, cursors, emit, policy }),
      ...signInRoutes({ ...services, notify, publicUrl }),
      ...pluginsRoutes({ plugins, work, breakers, log }),
      ...usageRoutes({ db, clock, log, plugins, work, breakers, queues, recorder }),
      ...healthRoutes({
        probes: probesOf(services),
        metrics,
        metricsToken: config.metricsToken,
        log,
        clock,
        version,
        stopping,
      }),
    },
    authentication: { authenticator },
    limits: { limitsFor, headersFor, upgradeUrl: pricingUrl },
    recordRequest: config.usageRecording ? recorder.record : null,
    pages: createPages({
      routes: [
        ...accountPages(accounts),
        ...outbox,
        ...oauthPages({ db, clock, emit, signInCheck, provider: oauth.provider }),
        ...signInPages(services),
      ],
      origin: publicUrl,
      secrets: deriveSecrets(masterKeys, "forms"),
      limiter,
      limitsFor: addressLimits,
      headersFor,
      bodyTimeoutMs: config.bodyTimeoutMs,
      log,
    }),
    sandboxPages: createSimulatedPages({ plugins, limiter, addressLimits, headersFor }),
    oauth: [logos.handle, oauth.handle],
    endStreams: () => feed.close(),
    close: async () => {
      await posting.stop();
      await exposures.close();
      await authenticator.close();
      accountPlans.close();
      overrides.close();
      await recorder.close();
      await logos.close();
    },
  };
}
