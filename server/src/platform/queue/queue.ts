/** What travels through the queue: a pointer to a row. Never content or a secret: Redis and its logs see all of it. */
export interface JobData {
  id: string;
  accountId: string;
}

export interface NewJob {
  /** Unique in its queue; while a job with this id is there, another one is not added. No colon, not a number. */
  jobId: string;
  name: string;
  data: JobData;
  /** 0 (default) runs first, then 1, 2, … */
  priority?: number;
}

export type JobState = "absent" | "delayed" | "present";

export interface QueueCounts {
  waiting: number;
  active: number;
  delayed: number;
}

export interface JobQueue {
  /** Adds all at once; those already in the queue stay as they are. */
  add(jobs: NewJob[]): Promise<void>;
  /** In the order asked. */
  states(jobIds: string[]): Promise<JobState[]>;
  /** Lets a delayed job run now; nothing happens to one that is not delayed. */
  promote(jobId: string): Promise<void>;
  counts(): Promise<QueueCounts>;
}

export interface WorkerOptions {
  /** Jobs at once in this process. */
  concurrency: number;
  /** Most jobs begun in that time, by all processes together. */
  rate?: { max: number; perSeconds: number } | undefined;
  /** A job whose process has been silent for this long goes back to the queue; within twice this time. */
  lockMs: number;
  /** Never rejects. A date brings the job back then, nothing removes it. */
  process(job: NewJob): Promise<Date | null>;
  /** The job is out of the queue (or delayed): from now on the same id can be added again. */
  finished(job: NewJob): void;
}

export interface JobWorker {
  /** Takes no more jobs and resolves when the running ones are finished. */
  close(): Promise<void>;
}

/** A place for queues: Redis, or the database where there is no Redis. */
export interface QueueBackend {
  readonly kind: "redis" | "postgres";
  /** False while a command would have to wait for a connection. */
  isReady(): boolean;
  /** Resolves when queues can be opened; rejects when they never can (a missing schema). */
  waitUntilReady(signal: AbortSignal): Promise<void>;
  queue(name: string): JobQueue;
  worker(queue: string, options: WorkerOptions): JobWorker;
  /** Closes queues and connections, waiting for nothing. Close workers first. */
  close(): Promise<void>;
}
