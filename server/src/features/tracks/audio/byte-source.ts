import type { BlobStorage } from "../../../platform/storage/index.ts";

/** Random access to a value of known size. */
export interface ByteSource {
  readonly size: number;
  /** Up to `length` bytes from `position`; fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** A stored value. Each read asks the store. */
export function blobSource(storage: BlobStorage, key: string, size: number): ByteSource {
  return { size, read: (position, length) => storage.readPart(key, { start: position, end: position + length - 1 }) };
}

/**
 * Reads `source` in windows of so many bytes: parsers read a few here and there, and stores answer in round trips. Memory
 * stays small whatever the size of the value.
 */
export function windowed(source: ByteSource, windowBytes: number): ByteSource {
  const { size } = source;
  let start = 0;
  let held: Uint8Array = new Uint8Array(0);

  return {
    size,
    async read(position, length) {
      const end = Math.min(position + length, size);
      if (position >= end) return new Uint8Array(0);
      if (position < start || end > start + held.length) {
        held = await source.read(position, Math.min(Math.max(end, position + windowBytes), size) - position);
        start = position;
      }
      return held.subarray(position - start, end - start);
    },
  };
}
