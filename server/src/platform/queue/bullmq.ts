import { DelayedError, type BackendClasses, type IQueueBackend, type Job } from "bullmq";
import type { Logger } from "pino";
import type { JobData, JobQueue, JobState, JobWorker, NewJob, WorkerOptions } from "./queue.ts";
import { workerErrors } from "./worker-errors.ts";

/** What differs between the places BullMQ can live in. */
export interface BullPlace<B extends IQueueBackend, C> {
  classes: BackendClasses<B, C>;
  connection: C;
  /** Namespace of one queue's keys, where the place has keys. */
  prefixOf(queue: string): string;
  /** False where adding many at once costs more than it saves. */
  bulk: boolean;
  beforeAdd?(): void;
  states(queue: { name: string; toKey(type: string): string }, jobIds: string[]): Promise<JobState[]>;
  log: Logger;
}

/** One BullMQ queue as far as this server uses it. */
export function openQueue<B extends IQueueBackend, C>(place: BullPlace<B, C>, name: string) {
  const queue = new place.classes.Queue<JobData>(name, {
    connection: place.connection,
    prefix: place.prefixOf(name),
    streams: { events: { maxLen: 100 } }, // nobody reads them
    // Rows are the record of what was done and what failed: nothing is kept here, so an id is free again at once.
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  });
  queue.on("error", workerErrors(place.log, name));
  const api: JobQueue = {
    async add(jobs) {
      const described = jobs.map(({ jobId, name: jobName, data, priority = 0 }) => ({
        name: jobName,
        data,
        opts: { jobId, ...(priority > 0 && { priority }) },
      }));
      place.beforeAdd?.();
      if (place.bulk && jobs.length > 1) await queue.addBulk(described);
      else for (const { name: jobName, data, opts } of described) await queue.add(jobName, data, opts);
    },
    states: (jobIds) => place.states(queue, jobIds),
    async promote(jobId) {
      const job = await queue.getJob(jobId);
      if (await job?.isDelayed()) await job?.promote();
    },
    async counts() {
      const {
        wait = 0,
        prioritized = 0,
        active = 0,
        delayed = 0,
      } = await queue.getJobCounts("wait", "prioritized", "active", "delayed");
      return { waiting: wait + prioritized, active, delayed };
    },
  };
  return { ...api, close: () => queue.close() };
}

export function openWorker<B extends IQueueBackend, C>(
  place: BullPlace<B, C>,
  name: string,
  { concurrency, rate, lockMs, process, finished }: WorkerOptions,
): JobWorker {
  const worker = new place.classes.Worker<JobData>(
    name,
    async (job, token) => {
      const delayUntil = await process(describe(job));
      if (!delayUntil) return;
      await job.moveToDelayed(delayUntil.getTime(), token);
      finished(describe(job));
      throw new DelayedError();
    },
    {
      connection: place.connection,
      prefix: place.prefixOf(name),
      concurrency,
      ...(rate && { limiter: { max: rate.max, duration: rate.perSeconds * 1000 } }),
      lockDuration: lockMs,
      stalledInterval: Math.max(50, Math.floor(lockMs / 2)),
      // A job may come back as often as its process dies: whether it runs is decided by its row, not here.
      maxStalledCount: 1_000_000,
      runRetryDelay: 500,
    },
  );
  worker.on("completed", (job) => finished(describe(job)));
  worker.on("error", workerErrors(place.log, name));
  return { close: () => worker.close() };
}

function describe(job: Job<JobData>): NewJob {
  return { jobId: job.id ?? "", name: job.name, data: job.data, priority: job.priority };
}
