import pLimit from "p-limit";

/** So many wait already that one more would wait too long. */
export class TooManyWaiting extends Error {
  override name = "TooManyWaiting";
}

/** Runs what it is given when its turn comes: at most `atOnceMax` at once, first come first served. @throws TooManyWaiting */
export type Semaphore = <T>(work: () => Promise<T>) => Promise<T>;

/** For work that takes much of something that everybody shares. */
export function createSemaphore({ atOnceMax, waitingMax }: { atOnceMax: number; waitingMax: number }): Semaphore {
  const limit = pLimit(atOnceMax);
  return async (work) => {
    if (limit.activeCount + limit.pendingCount >= atOnceMax + waitingMax)
      throw new TooManyWaiting(`${waitingMax} wait already`);
    return limit(work);
  };
}
