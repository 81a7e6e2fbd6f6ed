import type { Logger } from "pino";
import type { JobWorker, NewJob, QueueBackend } from "../queue/index.ts";
import { settlesWithin } from "../time/index.ts";
import { createRecheck } from "./recheck.ts";
import { createCoalescer } from "./coalescer.ts";
import { runJob, type Outcome } from "./run-job.ts";
import { startSweeper } from "./sweeper.ts";
import type { WorkEngine, WorkKind, WorkMetrics, WorkPointer } from "./work.ts";

export interface WorkEngineOptions {
  backend: QueueBackend;
  log: Logger;
  metrics?: WorkMetrics;
  /** How often each kind's due rows are compared with the queue. */
  sweepIntervalMs?: number;
  /** Due rows looked at in one sweep. */
  sweepMax?: number;
  /** Queue of a kind that this process does not run; default: the kind's name. */
  queueOf?: (kindName: string) => string;
  /** Patience of `close` with running work, and then with work that was told to stop. */
  finishTimeoutMs?: number;
  abortTimeoutMs?: number;
}

/** A queue that does not answer must not hold up a request. */
const ANSWER_TIMEOUT_MS = 1000;

/**
 * Carries due rows to workers. Rows are the truth: the queue holds pointers only, and whatever happens to it, or to any
 * process, the sweepers fill it again from the rows.
 */
export function createWorkEngine({
  backend,
  log,
  metrics,
  sweepIntervalMs = 1000,
  sweepMax = 500,
  queueOf = (kindName) => kindName,
  finishTimeoutMs = 25_000,
  abortTimeoutMs = 5000,
}: WorkEngineOptions): WorkEngine {
  const kinds = new Map<string, WorkKind<unknown>>();
  const workers: JobWorker[] = [];
  const stoppers: (() => Promise<void>)[] = [];
  const running = new Map<AbortController, Promise<Outcome>>();
  const closing = new AbortController();
  let unreachable = false;
  let closed: Promise<void> | undefined;

  const queueNamed = (kindName: string) => backend.queue(kinds.get(kindName)?.queue ?? queueOf(kindName));

  async function answered<T>(command: () => Promise<T>): Promise<T> {
    if (!backend.isReady()) throw new Error("the queue is not reachable");
    const answer = command();
    if (await settlesWithin(answer, ANSWER_TIMEOUT_MS)) return answer;
    throw new Error(`the queue did not answer within ${ANSWER_TIMEOUT_MS} ms`);
  }

  const coalescer = createCoalescer(async (kindName, pointer) => {
    try {
      await answered(() => queueNamed(kindName).add([jobOf(kindName, pointer)]));
      unreachable = false;
    } catch (error) {
      metrics?.enqueueFailed(kindName);
      log[unreachable ? "debug" : "warn"]({ err: error, kind: kindName }, "not enqueued; the sweeper will");
      unreachable = true;
    }
  });

  /** Makes the queue hold every one of these due rows, runnable now. Returns how many it had lost. */
  async function enqueueDue(kind: WorkKind<unknown>, due: readonly WorkPointer[]): Promise<number> {
    if (!backend.isReady()) return 0;
    const queue = backend.queue(kind.queue);
    const jobs = due.map((pointer) => jobOf(kind.name, pointer));
    const states = await queue.states(jobs.map((job) => job.jobId));
    const absent = jobs.filter((_, index) => states[index] === "absent");
    if (absent.length > 0) await queue.add(absent);
    // Delayed for later, but the row says now: it was made due earlier meanwhile.
    for (const [index, job] of jobs.entries()) if (states[index] === "delayed") await queue.promote(job.jobId);
    return absent.length;
  }

  async function runOne(kind: WorkKind<unknown>, pointer: WorkPointer) {
    const abort = new AbortController();
    const startedAt = performance.now();
    const child = log.child({ work: kind.name, work_id: pointer.id, account_id: pointer.accountId });
    const run = runJob(kind, pointer, { abort, closing: closing.signal, log: child });
    running.set(abort, run);
    const outcome = await run;
    running.delete(abort);
    metrics?.job(kind.name, outcome.result, (performance.now() - startedAt) / 1000);
    return outcome;
  }

  function startQueue(queue: string, served: readonly WorkKind<unknown>[]): void {
    const rechecks = new Map(
      served.map((kind) => [kind.name, createRecheck(kind, { log, enqueueDue: (due) => enqueueDue(kind, due) })]),
    );
    // Only runs that ended well: after the others a row that is still due waits for the sweeper, never spins.
    const endedWell = new Set<string>();
    const worker = backend.worker(queue, {
      concurrency: Math.max(...served.map((kind) => kind.concurrency)),
      rate: served.find((kind) => kind.rate)?.rate,
      lockMs: Math.max(...served.map((kind) => kind.leaseMs)),
      async process(job) {
        const kind = kinds.get(job.name);
        if (!kind) {
          log.error(
            { queue, work: job.name },
            "unknown kind of work in this process: run all workers with the same kinds",
          );
          return null;
        }
        const { result, delayUntil } = await runOne(kind, pointerOf(job));
        if (result === "done" || result === "delayed") endedWell.add(job.jobId);
        return delayUntil;
      },
      finished(job) {
        if (endedWell.delete(job.jobId)) rechecks.get(job.name)?.finished(pointerOf(job));
      },
    });
    workers.push(worker);
    for (const recheck of rechecks.values()) stoppers.push(() => recheck.stop());
  }

  function startSweeping(kind: WorkKind<unknown>): void {
    const sweeper = startSweeper({
      intervalMs: sweepIntervalMs,
      log: log.child({ work: kind.name }),
      async sweep() {
        if (!backend.isReady()) return;
        const due = await kind.due(sweepMax);
        if (due.length === 0) return;
        const repaired = await enqueueDue(kind, due);
        if (repaired > 0) metrics?.repaired(kind.name, repaired);
      },
    });
    stoppers.push(() => sweeper.stop());
  }

  async function open(added: readonly WorkKind<unknown>[]): Promise<void> {
    try {
      await backend.waitUntilReady(closing.signal);
      if (closing.signal.aborted) return;
      for (const [queue, served] of Map.groupBy(added, (kind) => kind.queue)) startQueue(queue, served);
      for (const kind of added) startSweeping(kind);
    } catch (error) {
      if (!closing.signal.aborted) log.fatal({ err: error }, "could not open the queue: no work is being processed");
    }
  }

  /** Resolves when nothing runs. */
  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.all(running.values());
  }

  async function shutDown(): Promise<void> {
    closing.abort();
    const repeated = coalescer.close();
    const workersClosed = Promise.all(workers.map((worker) => worker.close()));
    if (!(await settlesWithin(idle(), finishTimeoutMs))) {
      log.warn({ running: running.size }, "work still running at shutdown: aborting");
      for (const abort of running.keys()) abort.abort(new Error("the server is shutting down"));
      if (!(await settlesWithin(idle(), abortTimeoutMs))) {
        log.error({ running: running.size }, "work did not stop; another worker resumes it when its lease expires");
      }
    }
    // Says "finished" to the queue, which takes as long as the queue is away: there is no need to wait for that.
    await settlesWithin(workersClosed, backend.isReady() ? abortTimeoutMs : 250);
    // A sweep may wait for an answer of a queue that hangs.
    await settlesWithin(Promise.all(stoppers.map((stop) => stop())), abortTimeoutMs);
    await repeated;
    await settlesWithin(backend.close(), abortTimeoutMs);
  }

  return {
    enqueue: coalescer.enqueue,
    start(added) {
      for (const kind of added) kinds.set(kind.name, kind);
      void open(added);
    },
    stats: (queue) => answered(() => backend.queue(queue).counts()),
    close() {
      closed ??= shutDown();
      return closed;
    },
  };
}

function jobOf(kindName: string, { id, accountId, priority }: WorkPointer): NewJob {
  return { jobId: `${kindName}-${id}`, name: kindName, data: { id, accountId }, priority };
}

function pointerOf({ data, priority }: NewJob): WorkPointer {
  return { id: data.id, accountId: data.accountId, priority };
}
