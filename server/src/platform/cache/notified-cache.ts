import { LRUCache } from "lru-cache";
import type { Database } from "../db/index.ts";

export interface NotifiedCacheOptions<V> {
  db: Pick<Database, "listen">;
  /** A notification on it carries the id of the entry to forget, in every process. */
  channel: string;
  /** Reads the entry; null when there is none. */
  load: (id: string) => Promise<V | null>;
  /** Default 30 s: how long an entry lives when nobody says that it changed. */
  ttlMs?: number;
  /** Default 10,000 entries. */
  max?: number;
  /** Told of each `get`: answered from memory, read and kept, or read only, since notifications cannot be heard. */
  observe?: (result: "hit" | "miss" | "uncached") => void;
}

export interface NotifiedCache<V> {
  /** The entry, at once when it is cached. */
  get(id: string): V | null | Promise<V | null>;
  close(): void;
}

/** Notified in place of an id, it makes the caches of the channel forget everything: for changes with many entries, which are rare. */
export const everyEntry = "*";

/** Short: it only takes the load off the database when somebody keeps asking for what does not exist. */
const ABSENT_TTL_MS = 2_000;

/**
 * An LRU per process that forgets an entry as soon as a transaction that notified its id commits. While notifications
 * cannot be heard nothing is cached, so an entry is never older than the moment its change became known.
 */
export function createNotifiedCache<V extends object>(options: NotifiedCacheOptions<V>): NotifiedCache<V> {
  const { db, channel, load, ttlMs = 30_000, max = 10_000, observe } = options;
  const present = new LRUCache<string, V>({ max, ttl: ttlMs });
  // Apart from the entries that exist, so that made-up ids cannot push those out.
  const absent = new LRUCache<string, true>({ max, ttl: ABSENT_TTL_MS });
  const loading = new Map<string, Promise<V | null>>();
  let hearing = false;
  let changes = 0;

  const forgetAll = (): void => {
    changes += 1;
    present.clear();
    absent.clear();
    loading.clear();
  };
  const stop = db.listen(
    channel,
    (id) => {
      if (id === everyEntry) return forgetAll();
      changes += 1;
      present.delete(id);
      absent.delete(id);
      loading.delete(id);
    },
    () => {
      forgetAll();
      hearing = true;
    },
    () => {
      hearing = false;
      forgetAll();
    },
  );

  const fetch = (id: string): Promise<V | null> => {
    const changesBefore = changes;
    const pending = load(id)
      .then((value) => {
        // What changed while it was read may have been read before the change.
        if (!hearing || changes !== changesBefore) return value;
        if (value) present.set(id, value);
        else absent.set(id, true);
        return value;
      })
      .finally(() => {
        if (loading.get(id) === pending) loading.delete(id);
      });
    loading.set(id, pending);
    return pending;
  };

  return {
    get: (id) => {
      const known = present.get(id) ?? (absent.has(id) ? null : undefined);
      observe?.(known !== undefined ? "hit" : hearing ? "miss" : "uncached");
      return known !== undefined ? known : (loading.get(id) ?? fetch(id));
    },
    close: stop,
  };
}
