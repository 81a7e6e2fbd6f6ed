import type { Logger } from "pino";
import type { QueueCounts } from "../queue/index.ts";

/** Points to the row that is the work. Also all that the queue ever sees of it. */
export interface WorkPointer {
  /** UUID of the row. */
  id: string;
  accountId: string;
  /** 0 (default) is done first, then 1, 2, …: interactive before bulk. */
  priority?: number;
}

/** One sort of work: rows of one table with a state and a due time, and what is done with them. */
export interface WorkKind<Claim> {
  /** Unique; letters, digits, `-`, `_`, `.`. */
  name: string;
  /** Queue it is done in; kinds may share one, which then has the greatest of their concurrencies. */
  queue: string;
  /** At once in each process. */
  concurrency: number;
  /** Most runs begun in that time, by all processes together: what the far side allows. */
  rate?: { max: number; perSeconds: number } | undefined;
  /** A claim that was not renewed for this long may be claimed by others. */
  leaseMs: number;
  /**
   * Rows that are due and claimable now (not leased), most urgent first, of all accounts. With `among`, only those:
   * asked after each run, to notice what became due while it was running.
   */
  due(limit: number, among?: readonly WorkPointer[]): Promise<WorkPointer[]>;
  /** State and lease in one UPDATE; null when somebody else has it or it is not due. */
  claim(pointer: WorkPointer): Promise<Claim | null>;
  /**
   * Does the work and writes its end in one transaction that checks the lease. An exception is a bug: it is logged,
   * and the row is tried again when its lease has expired.
   */
  run(claim: Claim, context: WorkRunContext): Promise<void>;
  /** Extends the lease; false when it is lost. Called every third of `leaseMs` while running. */
  renew?(claim: Claim): Promise<boolean>;
}

export interface WorkRunContext {
  /** Aborts when the lease is lost, or when a shutdown has no more patience. Whatever is running should end soon. */
  signal: AbortSignal;
  /** Aborts as soon as the process is to end: finish what was begun, and do not wait for more. */
  closing: AbortSignal;
  log: Logger;
  /**
   * Ends the run; the queue brings the work back at `date`, which is no attempt. Put the row back with that due time
   * first. Throws `WorkDelayed`: let it through.
   */
  delayUntil(date: Date): never;
}

export class WorkDelayed extends Error {
  readonly until: Date;
  constructor(until: Date) {
    super(`work continues at ${until.toISOString()}`);
    this.name = "WorkDelayed";
    this.until = until;
  }
}

export type WorkResult =
  /** `run` returned. */
  | "done"
  /** `run` asked for a later time. */
  | "delayed"
  /** Nothing to claim: somebody else has it, or it was done already. */
  | "skipped"
  /** Lease lost or shutdown. */
  | "aborted"
  /** An exception. */
  | "failed";

export interface WorkMetrics {
  job(kind: string, result: WorkResult, seconds: number): void;
  /** The sweeper put `count` due rows into the queue, which were not there. */
  repaired(kind: string, count: number): void;
  enqueueFailed(kind: string): void;
}

export interface WorkEngine {
  /** Call after the commit, as often as the row becomes due. Never rejects: when the queue cannot be reached, the sweeper finds the row. */
  enqueue(kindName: string, pointer: WorkPointer): Promise<void>;
  /** Starts working and sweeping. A process that only enqueues does not call it. */
  start(kinds: readonly WorkKind<unknown>[]): void;
  /** Rejects when the queue cannot be reached. */
  stats(queue: string): Promise<QueueCounts>;
  /** Takes nothing new, lets running work finish, aborts what does not, closes the queues. */
  close(): Promise<void>;
}
