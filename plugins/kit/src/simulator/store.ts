/** One object that a simulator keeps: plain JSON. */
export interface StoredObject {
  id: string;
  /** What it is, in the provider's word: `subscription`. */
  kind: string;
  /** Whose it is, so that the objects of one customer can be listed; "" for nobody's. */
  owner: string;
  object: Readonly<Record<string, unknown>>;
}

export interface ListQuery {
  kind: string;
  /** Left out: everybody's. */
  owner?: string;
  /** At most so many; left out: all. */
  limit?: number;
  /** Only what comes after this one. */
  after?: string;
  /** The oldest first. Default false. */
  oldestFirst?: boolean;
}

export interface StoreReader {
  get(id: string): Promise<StoredObject | null>;
  /** The newest first unless asked otherwise, by when they were put for the first time. */
  list(query: ListQuery): Promise<StoredObject[]>;
}

export interface StoreWriter extends StoreReader {
  /** Adds it, or replaces the one of this id. */
  put(object: StoredObject): Promise<void>;
  remove(id: string): Promise<void>;
  /** Removes all of a kind that were put before, and not since. */
  forget(kind: string, before: Date): Promise<void>;
}

/** Where a simulator keeps what must be the same in all processes and outlive them. */
export interface SimulatorStore extends StoreReader {
  /** Runs alone among all writers of this simulator; what `work` did is kept when it resolves, and forgotten when it rejects. */
  transaction<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T>;
}
