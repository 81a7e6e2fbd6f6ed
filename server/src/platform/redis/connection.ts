import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "pino";

/**
 * `limiter`  fails at once while Redis is away (there is a fallback, and a request waits for the answer);
 * `queue`    keeps its commands and sends them after the reconnect, as BullMQ needs.
 */
export type RedisUse = "limiter" | "queue";

const RECONNECT_MAX_MS = 1000;

const optionsOf: Record<RedisUse, RedisOptions> = {
  limiter: { enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false },
  // A blocking read of BullMQ is answered within 10 s: a socket silent for longer is dead without knowing it.
  queue: { enableOfflineQueue: true, maxRetriesPerRequest: null, socketTimeout: 30_000 },
};

export interface RedisConnectionOptions {
  /** `redis://[user:password@]host:port/db`, or `rediss://` for TLS. */
  url: string;
  use: RedisUse;
  log: Logger;
}

/** A connection that reconnects for ever, within a second of Redis being back, and reports an outage once. */
export function connectRedis({ url, use, log }: RedisConnectionOptions): Redis {
  const redis = new Redis(url, {
    ...optionsOf[use],
    // Halves the throughput of scripts and of BullMQ when on (measured).
    enableAutoPipelining: false,
    connectTimeout: 2000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), RECONNECT_MAX_MS) * (0.75 + Math.random() / 4),
  });
  logOutages(redis, log.child({ connection: use }));
  return redis;
}

/** Logs the first error of an outage and its end. */
function logOutages(redis: Redis, log: Logger): void {
  let away = false;
  redis.on("error", (error: Error) => {
    if (away) return;
    away = true;
    log.warn({ err: error }, "Redis unreachable; reconnecting");
  });
  redis.on("ready", () => {
    if (away) log.info("Redis reconnected");
    away = false;
  });
}

/** Waits until the connection is usable; false when it is not within `timeoutMs` (no error: it goes on trying). */
export function whenReady(redis: Redis, timeoutMs: number): Promise<boolean> {
  if (redis.status === "ready") return Promise.resolve(true);
  return new Promise((resolve) => {
    const done = (isReady: boolean) => () => {
      clearTimeout(timer);
      redis.off("ready", onReady);
      resolve(isReady);
    };
    const onReady = done(true);
    const timer = setTimeout(done(false), timeoutMs);
    redis.once("ready", onReady);
  });
}

/** What is sent in this turn of the event loop leaves in one write, which costs as much as all else about a command. */
export function sendWithThisTurn({ stream, status }: Redis): void {
  if (status !== "ready" || stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
