import { createSignInCheck, type SignInCheck } from "./features/accounts/index.ts";
import { createStripeAccess, type StripeAccess } from "./features/billing/index.ts";
import { createEmit, type EmitEvent } from "./features/events/index.ts";
import { createGenerationFeed, type GenerationFeed } from "./features/generation/index.ts";
import { badCredentialBucket } from "./features/limits/index.ts";
import { createNotify, type Notify } from "./features/notifications/index.ts";
import { createPlanLookup, type PlanLookup } from "./features/plans/index.ts";
import { createBreakerBoard, type BreakerBoard } from "./features/plugins/index.ts";
import { createCounters, createQuota, createQuotaMetrics, type Quota } from "./features/quota/index.ts";
import { createFanOut } from "./features/webhooks/index.ts";
import { deriveSecrets } from "./platform/crypto/index.ts";
import { createCursors, type Cursors } from "./platform/http/cursor.ts";
import type { Services } from "./services.ts";

/** What several slices use of one another, made once per process, whether it serves HTTP, works, or both. */
export interface Shared {
  cursors: Cursors;
  /** An event, to all endpoints that want it. */
  emit: EmitEvent;
  notify: Notify;
  /** Changed generations, to the streams and workers that wait for them. */
  feed: GenerationFeed;
  /** Counts failures wherever somebody signs in, so there is one. */
  signInCheck: SignInCheck;
  plans: PlanLookup;
  quota: Quota;
  stripe: StripeAccess;
  breakers: BreakerBoard;
  close(): void;
}

export function createShared(services: Services): Shared {
  const { clock, config, db, keyRing, log, metrics, plugins, redis, work } = services;
  const plans = createPlanLookup(services);
  const feed = createGenerationFeed(db);
  const counters = redis && createCounters({ redis, prefix: config.redisPrefix, log });
  return {
    cursors: createCursors(deriveSecrets(config.masterKeys, "cursors").map((key) => ({ key }))),
    emit: createEmit({ clock, fanOut: createFanOut({ work }) }),
    notify: createNotify({ keyRing, clock, work }),
    feed,
    signInCheck: createSignInCheck({ ...services, badCredentialBucket }),
    plans,
    quota: createQuota({ db, plans, counters, metrics: createQuotaMetrics(metrics.registry) }),
    stripe: createStripeAccess({ plugins, registry: metrics.registry }),
    breakers: createBreakerBoard({ db, plugins }),
    close: () => {
      feed.close();
      plans.close();
    },
  };
}
