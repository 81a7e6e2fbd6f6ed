import type { WorkPointer } from "./work.ts";

/** How long after a row was enqueued further asks for it are gathered. */
const GATHER_MS = 100;

export interface Coalescer {
  /** Adds it now, or, when it was added within the last 100 ms, once more at their end; then it resolves at once. */
  enqueue(kindName: string, pointer: WorkPointer): Promise<void>;
  /** Adds what waits; from now on nothing is gathered. */
  close(): Promise<void>;
}

/**
 * An endpoint that gets twenty events a second is due twenty times and drained in one run. What comes while its job waits
 * would add nothing, and what comes while it runs is found by the run itself; only the last one must not be lost.
 */
export function createCoalescer(add: (kindName: string, pointer: WorkPointer) => Promise<void>): Coalescer {
  /** What was added lately, by kind and id, with what was asked since. */
  const lately = new Map<string, { timer: NodeJS.Timeout; again: (() => Promise<void>) | null }>();
  let closed = false;

  async function enqueue(kindName: string, pointer: WorkPointer): Promise<void> {
    if (closed) return add(kindName, pointer);
    const key = `${kindName}-${pointer.id}`;
    const known = lately.get(key);
    if (known !== undefined) {
      known.again = () => enqueue(kindName, pointer);
      return;
    }
    const timer = setTimeout(() => {
      const again = lately.get(key)?.again;
      lately.delete(key);
      void again?.();
    }, GATHER_MS);
    lately.set(key, { timer, again: null });
    await add(kindName, pointer);
  }

  return {
    enqueue,
    async close() {
      closed = true;
      const waiting = [...lately.values()];
      lately.clear();
      for (const { timer } of waiting) clearTimeout(timer);
      await Promise.all(waiting.map(async ({ again }) => again?.()));
    },
  };
}
