import type { Logger } from "pino";
import { createBatcher } from "../batch/index.ts";
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
  const batcher = createBatcher<WorkPointer>({
    waitMs: GATHER_MS,
    restMs: GATHER_MS,
    run: async (pointers) => {
      try {
        const due = await kind.due(pointers.length, pointers);
        if (due.length > 0) await enqueueDue(due);
      } catch (error) {
        log.debug({ err: error }, "could not recheck finished work; leaving it to the sweeper");
      }
    },
  });
  return {
    finished(pointer) {
      // Rejects when the engine closes first: then the sweeper finds it.
      batcher.add(pointer).catch(() => undefined);
    },
    stop: () => batcher.stop(),
  };
}
