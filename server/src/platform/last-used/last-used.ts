import type { Logger } from "../log/index.ts";

/** One use of a credential: `id` is its row's UUID. */
export interface Use {
  accountId: string;
  id: string;
  at: Date;
  /** Null when it is not known. */
  ip: string | null;
}

export interface LastUsedRecorder {
  /** Costs a look into memory; what is written is the latest use of each id. */
  note(use: Use): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

export interface LastUsedOptions {
  /** Writes all of them in ONE statement, ordered by id, so that two processes that write the same rows wait instead of deadlocking. */
  write: (uses: Use[]) => Promise<unknown>;
  log: Logger;
  /** Default 5 s: how far what is written may be behind. */
  everyMs?: number;
}

/** Ids kept while nothing can be written; beyond it new ones are left out. */
const KEPT_MAX = 100_000;

/** Collects when credentials were last used and writes it in bulk: a request itself never writes. */
export function createLastUsedRecorder({ write, log, everyMs = 5_000 }: LastUsedOptions): LastUsedRecorder {
  let uses = new Map<string, Use>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  async function flush(): Promise<void> {
    timer = undefined;
    if (uses.size === 0) return;
    const batch = uses;
    uses = new Map();
    try {
      await write([...batch.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    } catch (error) {
      log.warn({ err: error, credentials: batch.size }, "could not write last-used times; retrying");
      for (const [id, use] of batch) if (!uses.has(id) && uses.size < KEPT_MAX) uses.set(id, use);
      schedule();
    }
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      writing = flush();
    }, everyMs).unref();
  }

  return {
    note: (use) => {
      if (uses.size >= KEPT_MAX && !uses.has(use.id)) return;
      uses.set(use.id, use);
      schedule();
    },
    close: async () => {
      clearTimeout(timer);
      await writing;
      await flush();
      clearTimeout(timer);
    },
  };
}
