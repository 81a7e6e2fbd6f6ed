import { createRedisBackend, withBackend, type ConnectionOptions, type RedisQueueBackend } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { sendWithThisTurn } from "../redis/index.ts";
import { openQueue, openWorker, type BullPlace } from "./bullmq.ts";
import type { QueueBackend } from "./queue.ts";

export interface RedisBackendOptions {
  /** A connection made for `queue` use. Stays the caller's to close, after the backend. */
  redis: Redis;
  /** First part of every key. Servers and tests with different prefixes do not see each other. */
  prefix: string;
  log: Logger;
}

export function createRedisQueues({ redis, prefix, log }: RedisBackendOptions): QueueBackend {
  const place: BullPlace<RedisQueueBackend, ConnectionOptions> = {
    classes: withBackend<RedisQueueBackend, ConnectionOptions>(createRedisBackend),
    connection: redis,
    // The hash tag keeps all keys of a queue in one slot of a Redis Cluster.
    prefixOf: (queue) => `{${prefix}:${queue}}`,
    bulk: true,
    // Commits of many requests end in one turn, and each has something to add.
    beforeAdd: () => sendWithThisTurn(redis),
    async states(queue, jobIds) {
      const pipeline = redis.pipeline();
      for (const jobId of jobIds) pipeline.exists(queue.toKey(jobId)).zscore(queue.toKey("delayed"), jobId);
      const results = (await pipeline.exec()) ?? [];
      for (const [error] of results) if (error) throw error;
      return jobIds.map((_, index) => {
        if (results[2 * index]?.[1] !== 1) return "absent";
        return results[2 * index + 1]?.[1] === null ? "present" : "delayed";
      });
    },
    log,
  };
  const queues = new Map<string, ReturnType<typeof openQueue>>();
  return {
    kind: "redis",
    isReady: () => redis.status === "ready",
    waitUntilReady: async () => {}, // BullMQ waits for its connection by itself
    queue(name) {
      const known = queues.get(name) ?? openQueue(place, name);
      queues.set(name, known);
      return known;
    },
    worker: (name, options) => openWorker(place, name, options),
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      queues.clear();
    },
  };
}
