export interface BatcherOptions<Item> {
  /** Gets what has gathered; one batch at a time. */
  run: (items: Item[]) => Promise<unknown>;
  /** How long the first item of a batch waits for others. */
  waitMs: number;
  /** How long what gathered during a batch waits when that one has ended. Default: not at all. */
  restMs?: number;
  /** Default: as many as there are. */
  sizeMax?: number;
}

export interface Batcher<Item> {
  /** Settles as the batch does in which the item leaves. */
  add(item: Item): Promise<void>;
  /** Waits for the batch under way. Items that have not left are dropped: they reject. */
  stop(): Promise<void>;
}

interface Waiting<Item> extends PromiseWithResolvers<void> {
  item: Item;
}

/** Does together what is asked for one by one: while a batch is under way, the next one gathers. */
export function createBatcher<Item>(options: BatcherOptions<Item>): Batcher<Item> {
  const { run, waitMs, restMs = 0, sizeMax = Infinity } = options;
  const waiting: Waiting<Item>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;

  async function runOne(): Promise<void> {
    const batch = waiting.splice(0, sizeMax);
    try {
      await run(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function runAll(): Promise<void> {
    await runOne();
    if (restMs === 0) while (waiting.length > 0) await runOne();
    running = null;
    if (waiting.length > 0) schedule(restMs);
  }

  function schedule(ms: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      running = runAll();
    }, ms);
  }

  return {
    add: (item) => {
      const entry = { ...Promise.withResolvers<void>(), item };
      waiting.push(entry);
      if (running === null) schedule(waitMs);
      return entry.promise;
    },
    stop: async () => {
      clearTimeout(timer);
      for (const { reject } of waiting.splice(0)) reject(new Error("the batcher stopped before this item left"));
      await running;
    },
  };
}
