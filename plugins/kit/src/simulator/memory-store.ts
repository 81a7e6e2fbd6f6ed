import type { ListQuery, SimulatorStore, StoredObject, StoreWriter } from "./store.ts";

interface Kept {
  stored: StoredObject;
  putAt: number;
}

/** Keeps everything in this process, until it ends. */
export function memoryStore(): SimulatorStore {
  let objects = new Map<string, Kept>();
  let last: Promise<unknown> = Promise.resolve();

  const readerOf = (of: () => Map<string, Kept>) => ({
    get: async (id: string) => copyOf(of().get(id)?.stored ?? null),
    list: async (query: ListQuery) =>
      copyOf(
        found(
          [...of().values()].map(({ stored }) => stored),
          query,
        ),
      ),
  });

  const work = async <T>(fn: (writer: StoreWriter) => Promise<T>): Promise<T> => {
    const draft = new Map(objects);
    const result = await fn({
      ...readerOf(() => draft),
      put: async (object) => void draft.set(object.id, { stored: copyOf(object), putAt: Date.now() }),
      remove: async (id) => void draft.delete(id),
      forget: async (kind, before) => {
        for (const [id, { stored, putAt }] of draft)
          if (stored.kind === kind && putAt < before.getTime()) draft.delete(id);
      },
    });
    objects = draft;
    return result;
  };
  return {
    ...readerOf(() => objects),
    transaction(fn) {
      const result = last.then(() => work(fn));
      last = result.catch(() => {});
      return result;
    },
  };
}

/** What is given out may be changed by whoever has it; what is kept is not. */
const copyOf = <T>(value: T): T => structuredClone(value);

function found(
  oldestFirst: StoredObject[],
  { kind, owner, limit, after, oldestFirst: wanted = false }: ListQuery,
): StoredObject[] {
  const ordered = wanted ? oldestFirst : oldestFirst.toReversed();
  const from = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  const fitting = ordered
    .slice(from)
    .filter((one) => one.kind === kind && (owner === undefined || one.owner === owner));
  return limit === undefined ? fitting : fitting.slice(0, limit);
}
