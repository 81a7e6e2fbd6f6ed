import type { Logger } from "pino";
import type { WorkKind, WorkPointer } from "./work.ts";

const GATHER_MS = 5;

/**
 * Closes the lost wake-up: while a job is running, its row can become due again, and the attempt to enqueue it finds
 * the running job and adds nothing. So each finished job, once it is out of the queue, is looked at again; all that
 * finish within a few milliseconds by one query.
 */
export function createRecheck(
  kind: WorkKind<unknown>,
  { enqueueDue, log }: { enqueueDue: (due: WorkPointer[]) => Promise<unknown>; log: Logger },
): { finished(pointer: WorkPointer): void; stop(): Promise<void> } {
  let gathered: WorkPointer[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  async function look(): Promise<void> {
    const batch = gathered;
    gathered = [];
    timer = undefined;
    try {
      const due = await kind.due(batch.length, batch);
      if (due.length > 0) await enqueueDue(due);
    } catch (error) {
      log.debug({ err: error }, "could not recheck finished work; leaving it to the sweeper");
    }
    running = undefined;
    if (gathered.length > 0) schedule();
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      running = look();
    }, GATHER_MS);
  }

  return {
    finished(pointer) {
      gathered.push(pointer);
      if (!running) schedule();
    },
    async stop() {
      clearTimeout(timer);
      gathered = [];
      await running;
    },
  };
}
