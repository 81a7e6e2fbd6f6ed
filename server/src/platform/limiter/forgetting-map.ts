/** A map whose entries say when they mean nothing any more. */
export interface ForgettingMap<E extends { fullAtMs: number }> extends Iterable<[string, E]> {
  get(key: string): E | undefined;
  set(key: string, entry: E, nowMs: number): void;
  readonly size: number;
  clear(): void;
}

/**
 * Each write looks at two older entries, twice as many as it can add: forgetting keeps pace with any traffic and needs no
 * timer.
 */
export function createForgettingMap<E extends { fullAtMs: number }>(): ForgettingMap<E> {
  const entries = new Map<string, E>();
  let cursor = entries.entries();

  function forgetFull(nowMs: number): void {
    for (let looked = 0; looked < 2; looked += 1) {
      const next = cursor.next();
      if (next.done) {
        cursor = entries.entries();
        return;
      }
      if (next.value[1].fullAtMs <= nowMs) entries.delete(next.value[0]);
    }
  }

  return {
    get: (key) => entries.get(key),
    set: (key, entry, nowMs) => {
      entries.set(key, entry);
      forgetFull(nowMs);
    },
    get size() {
      return entries.size;
    },
    clear: () => entries.clear(),
    [Symbol.iterator]: () => entries[Symbol.iterator](),
  };
}
