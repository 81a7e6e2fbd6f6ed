import { buffer } from "node:stream/consumers";
import type { BlobStorage } from "../../../platform/storage/index.ts";

/** Random access to a value of known size. */
export interface ByteSource {
  readonly size: number;
  /** Up to `length` bytes from `position`; fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Bytes fetched at a time: parsers read a few bytes here and there, stores answer in round trips. */
const windowBytes = 256 * 1024;

/** A stored value. */
export function blobSource(storage: BlobStorage, key: string, size: number): ByteSource {
  return windowed({
    size,
    read: async (position, length) => buffer(await storage.get(key, { start: position, end: position + length - 1 })),
  });
}

/** Reads `source` in windows, so that there are few reads, and memory stays small whatever the size of the value. */
export function windowed(source: ByteSource): ByteSource {
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
