import type { Readable } from "node:stream";
import type { BlobSource, StoredFile } from "@musicverse/plugin-kit";
import type { BlobStorage } from "../storage/index.ts";

/** Streams an answer into storage, at most `maxBytes` of it. */
export type KeepFile = (source: Readable, of: { type: string; maxBytes: number }) => Promise<StoredFile>;

export interface StoredValue {
  key: string;
  size: number;
  type: string;
  sha256: string;
}

/** A value of storage as plugins get it: they can read it, and learn nothing of where it is. */
export function storedFile(storage: Pick<BlobStorage, "get">, { key, size, type, sha256 }: StoredValue): StoredFile {
  const part = (start: number, end: number): BlobSource => ({
    size: end - start,
    type,
    stream: async function* () {
      if (end > start) yield* await storage.get(key, { start, end: end - 1 });
    },
  });
  return {
    ...part(0, size),
    sha256,
    slice: (start = 0, end = size) => {
      const [from, to] = [position(start, size), position(end, size)];
      return part(from, Math.max(from, to));
    },
  };
}

/** As a web `Blob` reads it: a negative one counts from the end, and none lies outside. */
const position = (wanted: number, size: number): number =>
  wanted < 0 ? Math.max(0, size + wanted) : Math.min(wanted, size);

/** Keeps downloads under keys of the caller's. `onKept` learns of each before the plugin does. */
export function keepFilesIn(
  storage: Pick<BlobStorage, "get" | "put">,
  { nextKey, onKept }: { nextKey: () => string; onKept?: (value: StoredValue, file: StoredFile) => void },
): KeepFile {
  return async (source, { type, maxBytes }) => {
    const key = nextKey();
    const { bytes, sha256 } = await storage.put(key, source, { maxBytes });
    const value = { key, size: bytes, type, sha256 };
    const file = storedFile(storage, value);
    onKept?.(value, file);
    return file;
  };
}
