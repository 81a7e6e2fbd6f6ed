/** So many wait already that one more would wait too long. */
export class TooManyWaiting extends Error {
  override name = "TooManyWaiting";
}

/** Runs what it is given when its turn comes: at most `atOnceMax` at once, first come first served. @throws TooManyWaiting */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** For work that takes much of something that everybody shares. */
export function createTurns({ atOnceMax, waitingMax }: { atOnceMax: number; waitingMax: number }): InTurn {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < atOnceMax) running += 1;
    else if (waiting.length < waitingMax) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new TooManyWaiting(`${waitingMax} wait already`);
    try {
      return await work();
    } finally {
      // Handed on, not given back: nobody who comes just now overtakes those who wait.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
