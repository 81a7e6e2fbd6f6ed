export { createPostgresQueues } from "./postgres-backend.ts";
export { createRedisQueues } from "./redis-backend.ts";
export { migrateQueueSchema } from "./schema.ts";
export type { JobWorker, NewJob, QueueBackend, QueueCounts } from "./queue.ts";
