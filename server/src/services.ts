import type { Redis } from "ioredis";
import { systemClock, type Clock } from "./platform/clock/index.ts";
import type { Config } from "./config.ts";
import { createKeyRing, deriveSecret, type KeyRing } from "./platform/crypto/index.ts";
import { createDatabase, type Database } from "./platform/db/index.ts";
import { createEgressPools, createResolver } from "./platform/egress/index.ts";
import { createLimiter, type Limiter } from "./platform/limiter/index.ts";
import { createLogger, type Logger } from "./platform/log/index.ts";
import { createOutboxMailer, createSmtpMailer, type Mailer } from "./platform/mail/index.ts";
import { createMetrics, type Metrics } from "./platform/metrics/index.ts";
import {
  createPluginHost,
  createSimulatorStore,
  type PluginHost,
  type PluginSource,
  installedPackages,
} from "./platform/plugins/index.ts";
import { createPostgresQueues, createRedisQueues } from "./platform/queue/index.ts";
import { connectRedis } from "./platform/redis/index.ts";
import { openStorage, type BlobStorage } from "./platform/storage/index.ts";
import { createWorkEngine, type WorkEngine } from "./platform/work/index.ts";

/** Everything a process holds open, made once from the configuration and handed to the features. */
export interface Services {
  config: Config;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  db: Database;
  keyRing: KeyRing;
  /** Null: one process, PostgreSQL is the only service. */
  redis: Redis | null;
  limiter: Limiter;
  storage: BlobStorage;
  /** Null: nothing can be sent, so mails wait. */
  mailer: Mailer | null;
  plugins: PluginHost;
  work: WorkEngine;
  close(): Promise<void>;
}

export interface ServiceOverrides {
  clock?: Clock;
  log?: Logger;
  /** Where plugins come from, instead of the installed packages. */
  pluginSource?: PluginSource;
}

export async function openServices(config: Config, overrides: ServiceOverrides = {}): Promise<Services> {
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? createLogger({ level: config.logLevel, name: "musicverse" });
  await using undo = new AsyncDisposableStack();

  const metrics = createMetrics();
  const db = createDatabase({
    url: config.databaseUrl,
    listenUrl: config.databaseListenUrl,
    poolMax: config.databasePoolMax,
    log,
  });
  undo.defer(() => db.close());
  const redis = config.redisUrl === null ? null : connectRedis({ url: config.redisUrl, use: "limiter", log });
  undo.defer(() => redis?.disconnect());
  const limiter = createLimiter({
    redis,
    prefix: config.redisPrefix,
    timeoutMs: config.limiterTimeoutMs,
    clock,
    log,
    metrics: metrics.limiter,
  });
  undo.defer(() => limiter.close());
  const storage = await openStorage(config, clock);
  undo.defer(() => storage.close());
  const mailer = openMailer(config);
  undo.defer(() => mailer?.close());
  const providers = createEgressPools({
    policy: { allowLoopback: false },
    resolve: createResolver({ timeoutMs: 5_000 }),
    timeoutMs: 5_000,
    connections: 64,
    // A provider may think for minutes; the plugin host has its own deadline per call.
    headMs: 600_000,
  });
  undo.defer(() => providers.close());
  const plugins = await createPluginHost({
    plugins: config.plugins,
    settings: config.env,
    simulatorWebhookSecret: (pluginId) =>
      `whsec_${deriveSecret(config.masterKeys, `simulator webhooks of ${pluginId}`).toString("base64")}`,
    source: overrides.pluginSource ?? installedPackages(config.pluginsDir),
    simulatorStore: (pluginId) => createSimulatorStore(db, pluginId),
    simulatorLatency: config.simulatorLatencyPercent / 100,
    guardedDispatcher: (pluginId, origin) => providers.get(pluginId, origin),
    log,
    clock,
  });
  undo.defer(() => plugins.close());
  const queueRedis = config.redisUrl === null ? null : connectRedis({ url: config.redisUrl, use: "queue", log });
  undo.defer(() => queueRedis?.disconnect());
  const work = createWorkEngine({
    backend: queueRedis
      ? createRedisQueues({ redis: queueRedis, prefix: config.redisPrefix, log })
      : createPostgresQueues({ url: config.databaseListenUrl ?? config.databaseUrl, listen: db.listen, log }),
    log,
    metrics: metrics.work,
    sweepIntervalMs: config.sweepIntervalMs,
    finishTimeoutMs: config.shutdownTimeoutMs,
  });
  undo.defer(() => work.close());

  const open = undo.move();
  return {
    config,
    clock,
    log,
    metrics,
    db,
    redis,
    limiter,
    storage,
    mailer,
    plugins,
    work,
    keyRing: createKeyRing(config.masterKeys),
    close: () => open.disposeAsync(),
  };
}

function openMailer({ smtpUrl, mailFrom, mailOutbox }: Config): Mailer | null {
  if (smtpUrl !== null) return createSmtpMailer({ url: smtpUrl, from: mailFrom });
  return mailOutbox ? createOutboxMailer((text) => console.log(text)) : null;
}
