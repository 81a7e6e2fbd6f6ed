export { createPostgresQueues } from "./postgres-backend.ts";
export { createRedisQueues } from "./redis-backend.ts";
export { migrateQueueSchema, queueSchema } from "./schema.ts";
export type { JobQueue, JobWorker, NewJob, QueueBackend, QueueCounts, WorkerOptions } from "./queue.ts";
